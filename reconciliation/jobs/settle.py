"""The last job of every comparison: the sums, the verdict, and who is told."""

from typing import Any

from django.db.models import Sum
from django.db.models.functions import Now

from project.postgres import sql
from reconciliation import drift, graph
from reconciliation.comparing.methods import Method
from reconciliation.events import Event
from reconciliation.jobs import steps
from reconciliation.jobs.unfinished import CANCELLED, unfinished
from reconciliation.models import Candidate, ReconciliationJob
from reconciliation.services import webhooks
from reconciliation.states import Direction, JobStatus, RangeState, Strategy
from workers.handlers import Claim, handler
from workers.queries import failures, has_job, open_keys
from workers.services import add_jobs


@handler("reconciliation.settle", internal=True, max_attempts=100, backoff_seconds=1.0)
def settle(claim: Claim) -> dict[str, Any]:
    """End the job once nothing else of it is open. COMPLETED is said only when each range was compared."""
    job = steps.job_of(claim)
    if claim.key == graph.SETTLE_PLAN and has_job(claim.execution_id, graph.SETTLE):
        return {}
    others = [key for key in open_keys(claim.execution_id) if key not in {claim.key, graph.SETTLE_PLAN}]
    with steps.fenced(claim):
        if others:
            later = f"{graph.SETTLE}-{claim.job_id}"
            if not has_job(claim.execution_id, later):
                add_jobs(claim=claim, jobs=[graph.settling(job, later, others)])
            return {"waits_for": len(others)}
        locked = ReconciliationJob.objects.select_for_update(of=("self",), no_key=True).select_related("mapping")
        job = locked.get(pk=job.pk)
        if job.status == JobStatus.RUNNING:
            end(job, claim.execution_id)
    return {"status": job.status, "mismatches": job.mismatch_count}


def end(job: ReconciliationJob, execution_id: int) -> None:
    """Needs the job locked."""
    sum_up(job)
    errors = errors_of(job, execution_id)
    Candidate.objects.filter(job=job).delete()
    job.completed_at = Now()
    if errors:
        job.status, job.validation_errors = JobStatus.FAILED, errors
    else:
        job.status = JobStatus.COMPLETED
        job.alert_fired = drift.severity(job) is not None
        sql.routine("reconciliation.cover", job.pk)
    job.save()
    job.refresh_from_db()
    tell(job)


def sum_up(job: ReconciliationJob) -> None:
    """Totals over the ranges. Counts that differ are the mismatches of a job that counts."""
    ranges = job.ranges.exclude(state=RangeState.SPLIT)
    sums = ranges.aggregate(source=Sum("source_rows"), target=Sum("target_rows"))
    looked_at = ranges.exclude(direction=Direction.TARGET).aggregate(compared=Sum("compared"))
    job.source_rows, job.target_rows = sums["source"], sums["target"]
    job.compared_rows = looked_at["compared"] or 0
    if job.method == Method.COUNTS:
        missing, extra = count_differences(job)
        job.missing_in_target, job.missing_in_source, job.mismatch_count = missing, extra, missing + extra
    if job.validation_strategy == Strategy.SAMPLE and not job.mismatch_count and job.compared_rows:
        job.drift_bound_percent = 300.0 / job.compared_rows


def count_differences(job: ReconciliationJob) -> tuple[int, int]:
    """Rows that the target has too few of, and too many, range by range, or by the sums where no range is shared."""
    counts = list(job.ranges.filter(direction=Direction.BOTH).values_list("source_rows", "target_rows"))
    if not counts:
        counts = [(job.source_rows, job.target_rows)]
    apart = [(source or 0) - (target or 0) for source, target in counts]
    return sum(one for one in apart if one > 0), -sum(one for one in apart if one < 0)


def errors_of(job: ReconciliationJob, execution_id: int) -> list[dict[str, Any]]:
    """What kept the job from comparing everything; ranges by number and bounds. Marks those ranges FAILED."""
    errors = unfinished(job, dict(failures(execution_id)))
    if not errors and not has_job(execution_id, graph.SETTLE):
        errors.append({"range": None, "step": graph.PLAN, "error": CANCELLED})
    if not errors and Candidate.objects.filter(job=job).exists():
        errors.append({"range": None, "step": "confirm", "error": CANCELLED})
    return errors


def tell(job: ReconciliationJob) -> None:
    if job.status == JobStatus.FAILED:
        webhooks.emit("reconciliation.job_failed", job)
        return
    webhooks.emit("reconciliation.job_completed", job)
    if job.alert_fired:
        webhooks.emit(Event.DRIFT_DETECTED, job)
