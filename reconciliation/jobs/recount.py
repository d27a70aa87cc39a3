"""Counting a range again whose counts differed: what was on its way has arrived."""

from typing import Any

from django.db.models.functions import Now

from reconciliation.jobs import steps
from reconciliation.jobs.compare import count, state_of
from reconciliation.models import ReconciliationRange
from reconciliation.states import RangeState
from workers.handlers import Claim, handler


@handler("reconciliation.recount", internal=True, max_attempts=5, backoff_seconds=1.0)
def recount(claim: Claim) -> dict[str, Any]:
    """The newer counts take the place of the first."""
    job = steps.job_of(claim)
    part = job.ranges.get(number=claim.payload["range"])
    with steps.sides(steps.definition_of(job)) as (source, target):
        found = count(part, source, target)
    state = part.state if part.state == RangeState.COUNTED else state_of(found)
    with steps.fenced(claim):
        ReconciliationRange.objects.filter(pk=part.pk).update(
            state=state, source_rows=found.source_rows, target_rows=found.target_rows, finished_at=Now()
        )
    return {"source_rows": found.source_rows, "target_rows": found.target_rows}
