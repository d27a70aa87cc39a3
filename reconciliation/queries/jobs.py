"""Jobs as the API lists and shows them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from project.api.errors import ErrorCode, NotFound
from reconciliation import drift
from reconciliation.models import Coverage, ReconciliationJob, Sighting
from reconciliation.queries import errors, pausing
from reconciliation.states import JobStatus, MismatchType, RangeState
from workers.services.operations import name as execution_name

SAMPLE = 10  # mismatches that a job's document shows


def jobs(
    *,
    table: str | None = None,
    status: str | None = None,
    job_type: str | None = None,
    from_date: datetime | None = None,
    to_date: datetime | None = None,
) -> QuerySet[ReconciliationJob]:
    """The newest first. The dates are of the start, both inclusive."""
    found = ReconciliationJob.objects.select_related("mapping", "triggered_by")
    if table is not None:
        found = found.filter(table_name=table)
    if status is not None:
        found = found.filter(status=status)
    if job_type is not None:
        found = found.filter(job_type=job_type)
    if from_date is not None:
        found = found.filter(_began("gte", from_date))
    if to_date is not None:
        # a job never starts before it is made: the second condition lets the index leave out what is newer
        found = found.filter(_began("lte", to_date), created_at__lte=to_date)
    return found


def _began(compare: str, moment: datetime) -> Q:
    """By the start that is shown: the trigger's moment while a job waits."""
    waits = Q(**{"started_at": None, f"created_at__{compare}": moment})
    return Q(**{f"started_at__{compare}": moment}) | waits


def find(job_id: UUID) -> ReconciliationJob:
    """Raises a 404 that names the id."""
    found = jobs().filter(pk=job_id).first()
    if found is None:
        raise NotFound(f"Reconciliation job with ID '{job_id}' not found", code=ErrorCode.JOB_NOT_FOUND)
    return found


def summary(job: ReconciliationJob) -> dict[str, Any]:
    """A line of the list: the contract's members, then ours. Null is what a job that runs can't know yet."""
    return {**_outcome(job), "alert_fired": job.alert_fired, **_more(job)}


def document(job: ReconciliationJob) -> dict[str, Any]:
    """All about one job."""
    return {
        **_outcome(job),
        **errors.shown(job),
        "alert_fired": job.alert_fired,
        "mismatches_summary": {
            MismatchType.MISSING_IN_POSTGRES: job.missing_in_target,
            MismatchType.MISSING_IN_CASSANDRA: job.missing_in_source,
            MismatchType.DATA_MISMATCH: job.data_mismatches,
        },
        "sample_mismatches": _sample(job),
        **_more(job),
        "mapping_version": job.mapping_version,
        "canonical_version": job.canonical_version,
        "candidates": job.candidates,
        "deferred": job.deferred,
        "compared_rows": job.compared_rows,
        "drift_bound_percentage": job.drift_bound_percent,
        "execution_id": None if job.execution_id is None else execution_name(job.execution_id),
        "ranges": ranges(job),
        "coverage": _coverage(job),
    }


def ranges(job: ReconciliationJob) -> dict[str, int]:
    """Ranges of a job by state, each state named."""
    counted = dict(job.ranges.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in RangeState.values}


def _outcome(job: ReconciliationJob) -> dict[str, Any]:
    began = job.started_at or job.created_at
    ended = job.completed_at
    return {
        "job_id": str(job.pk),
        "table_name": job.table_name,
        "job_type": job.job_type,
        "validation_strategy": job.validation_strategy,
        "started_at": began,
        "completed_at": ended,
        "duration_seconds": None if ended is None else round((ended - began).total_seconds()),
        "status": job.status,
        "cassandra_row_count": job.source_rows,
        "postgres_row_count": job.target_rows,
        "mismatch_count": job.mismatch_count,
        "drift_percentage": _drift(job),
    }


def _drift(job: ReconciliationJob) -> float | None:
    """None while there is more to count."""
    return drift.percent(job) if job.status == JobStatus.COMPLETED else None


def _more(job: ReconciliationJob) -> dict[str, Any]:
    now = timezone.now()
    rest = pausing.rest_of(job, now)
    return {
        "severity": drift.Thresholds.of(job.mapping).severity(_drift(job)),
        "detail": job.detail,
        "priority": job.priority,
        "method": job.method,
        "triggered_by": job.triggered_by.get_username() if job.triggered_by else None,
        "queued_at": job.created_at,
        "paused_until": None if rest is None else rest.until,
        "paused": None if rest is None else rest.told(now),
    }


def _sample(job: ReconciliationJob) -> list[dict[str, Any]]:
    found = Sighting.objects.filter(job=job).select_related("mismatch").order_by("pk")[:SAMPLE]
    return [_sighting(sighting) for sighting in found]


def _sighting(sighting: Sighting) -> dict[str, Any]:
    """A mismatch as the job saw it. Checksums stand where there are two to tell apart."""
    mismatch = sighting.mismatch
    both = sighting.mismatch_type == MismatchType.DATA_MISMATCH
    checksums = {"cassandra_checksum": mismatch.source_checksum, "postgres_checksum": mismatch.target_checksum}
    return {
        "mismatch_id": str(mismatch.pk),
        "primary_key_value": mismatch.primary_key_value,
        "mismatch_type": sighting.mismatch_type,
        **(checksums if both else {}),
        "detected_at": mismatch.detected_at,
        "resolution_status": mismatch.resolution_status,
    }


def _coverage(job: ReconciliationJob) -> dict[str, Any]:
    """What the job proved equal."""
    proved = Coverage.objects.filter(job=job).aggregate(ranges=Count("pk"), rows=Sum("rows"), since=Min("proved_at"))
    return {"ranges": proved["ranges"], "rows": proved["rows"] or 0, "proved_since": proved["since"]}
