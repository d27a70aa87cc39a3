"""What follows when the ranges were compared."""

from typing import Any

from django.db.models import Sum

from project.postgres import sql
from reconciliation import graph
from reconciliation.jobs import steps
from reconciliation.models import ReconciliationJob
from reconciliation.states import RangeState, Strategy
from workers.handlers import Claim, handler
from workers.queries import open_keys
from workers.services import JobSpec, add_jobs

BLOCK = 200  # candidates that one job reads again; several do at once


@handler("reconciliation.gather", internal=True, max_attempts=20, backoff_seconds=1.0)
def gather(claim: Claim) -> dict[str, Any]:
    """Wait for the ranges that others were split into; then have read again what differed. Safe to repeat."""
    if claim.checkpoint:
        return {}
    job = steps.job_of(claim)
    ranges = [key for key in open_keys(claim.execution_id) if key.startswith("range-")]
    with steps.fenced(claim):
        more = [graph.gathering(job, f"{graph.GATHER}-{claim.job_id}", ranges)] if ranges else again(job)
        if more:
            add_jobs(claim=claim, jobs=more)
        claim.save_checkpoint({"added": len(more)})
    return {"added": len(more)}


def again(job: ReconciliationJob) -> list[JobSpec]:
    """The jobs that read again."""
    sql.routine("reconciliation.expire_ignores", job.pk)
    return recounts(job) if job.validation_strategy == Strategy.ROW_COUNT else confirmations(job)


def confirmations(job: ReconciliationJob) -> list[JobSpec]:
    blocks = sql.routine("reconciliation.gather_candidates", job.pk, BLOCK)
    return graph.confirming(job, [(block["o_first"], block["o_last"]) for block in blocks])


def recounts(job: ReconciliationJob) -> list[JobSpec]:
    """Ranges whose counts differ; all of them where only the sums can be compared and differ."""
    ranges = job.ranges.exclude(state=RangeState.SPLIT)
    sums = ranges.aggregate(source=Sum("source_rows"), target=Sum("target_rows"))
    states = [RangeState.DIFFERENT]
    if sums["source"] != sums["target"]:
        states.append(RangeState.COUNTED)
    numbers = ranges.filter(state__in=states).values_list("number", flat=True)
    return graph.recounting(job, list(numbers))
