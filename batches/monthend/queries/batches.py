"""Finding batches."""

from project.api.errors import NotFound

from ..models import MonthEndBatch
from ..states import RUNNING, Status

MOVES: dict[str, list[str]] = {
    **{status: ["abort"] for status in RUNNING},
    Status.FAILED: ["resume", "abort"],
    Status.COMMITTED: ["reverse"],
}


def find(batch_id: str) -> MonthEndBatch:
    """The batch of this public name. Raises 404."""
    batch = MonthEndBatch.objects.select_related("period", "initiated_by", "reverses").filter(batch_id=batch_id).first()
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return batch


def running() -> MonthEndBatch | None:
    """The batch that holds the ledger, if any."""
    return MonthEndBatch.objects.select_related("period").filter(holds_ledger=True).first()


def legal_moves(batch: MonthEndBatch) -> list[str]:
    """What a person may do with the batch now: abort, resume, reverse."""
    if batch.reverses_id is not None and batch.status == Status.COMMITTED:
        return []
    return MOVES.get(batch.status, [])
