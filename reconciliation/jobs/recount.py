"""Counting a range again whose counts differed: what was on its way has arrived."""

from typing import Any

from django.db.models.functions import Now

from reconciliation.jobs import steps
from reconciliation.jobs.compare import count, state_of
from reconciliation.models import ReconciliationRange
from reconciliation.states import Direction, RangeState
from workers.handlers import Claim, handler


@handler("reconciliation.recount", internal=True, max_attempts=5, backoff_seconds=1.0)
def recount(claim: Claim) -> dict[str, Any]:
    """The newer counts take the place of the first. Raises `SourceError` when rows came without a token and the target
    refuses to have them filled: counts by ranges would be wrong."""
    job = steps.reading(claim)
    part = job.ranges.get(number=claim.payload["range"])
    definition = steps.definition_of(job)
    if definition.token_column and part.direction == Direction.BOTH:
        from reconciliation.services.tokens import fill_tokens  # its driver takes a second to import

        fill_tokens(definition)
    with steps.sides(definition) as (source, target):
        found = count(part, source, target)
    state = part.state if part.state == RangeState.COUNTED else state_of(found)
    with steps.fenced(claim):
        ReconciliationRange.objects.filter(pk=part.pk).update(
            state=state, source_rows=found.source_rows, target_rows=found.target_rows, finished_at=Now()
        )
    return {"source_rows": found.source_rows, "target_rows": found.target_rows}
