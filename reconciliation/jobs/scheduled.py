"""What the schedule runs each minute: tables whose time has come are compared."""

from typing import Any

from reconciliation.queries.due import due_mappings
from reconciliation.services import trigger
from reconciliation.states import JobType, Priority, Strategy
from workers.handlers import Claim, handler
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
    """Trigger the mappings that are due; nothing while reconciliation is disabled."""
    trigger.fail_abandoned()
    due = due_mappings()
    for mapping in due:
        trigger.trigger(
            tables=[mapping.name],
            strategy=Strategy(mapping.strategy),
            priority=Priority.NORMAL,
            job_type=JobType.HOURLY_SCHEDULED,
            actor=None,
        )
    return {"triggered": [mapping.name for mapping in due]}
