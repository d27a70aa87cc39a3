"""What the schedule runs each minute: tables whose time has come are compared."""

from typing import Any

from project.api.errors import InvalidRequest
from reconciliation.models import Mapping
from reconciliation.queries.due import due_mappings
from reconciliation.services import trigger
from reconciliation.states import JobType, Priority, Strategy
from workers.handlers import Claim, Permanent, handler
from workers.standing import Standing, standing

SCHEDULE = "reconciliation"

standing(
    Standing(
        name=SCHEDULE,
        workflow="reconciliation-schedule",
        jobs=({"id": "due", "type": "reconciliation.scheduled"},),
        interval_seconds=60.0,
    )
)


@handler("reconciliation.scheduled", internal=True, max_attempts=1)
def scheduled(_claim: Claim) -> dict[str, Any]:
    """Trigger the mappings that are due; nothing while reconciliation is disabled.

    One that is refused holds up no other: raises `Permanent` naming them when all had their turn.
    """
    trigger.fail_abandoned()
    triggered, refused = [], []
    for mapping in due_mappings():
        try:
            start(mapping)
            triggered.append(mapping.name)
        except InvalidRequest as refusal:
            refused.append(f"{mapping.name}: {refusal}")
    if refused:
        raise Permanent(" ".join(refused))
    return {"triggered": triggered}


def start(mapping: Mapping) -> None:
    trigger.trigger(
        tables=[mapping.name],
        strategy=Strategy(mapping.strategy),
        priority=Priority.NORMAL,
        job_type=JobType.HOURLY_SCHEDULED,
    )
