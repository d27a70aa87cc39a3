"""Each minute the reports of the minutes before are folded."""

from typing import Any

from batches.processor.services import figures
from workers.handlers import Claim, handler
from workers.standing import Standing, standing

standing(
    Standing(
        name="processor-figures",
        workflow="processor-figures",
        jobs=({"id": "fold", "type": "processor.fold_figures"},),
        interval_seconds=60.0,
    )
)


@handler("processor.fold_figures", internal=True)
def fold_figures(_claim: Claim) -> dict[str, Any]:
    """Move them into minutes and totals."""
    return {"folded": figures.fold()}
