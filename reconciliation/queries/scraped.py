"""How tables stand, for a scrape: each from one short statement."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable

from project.postgres import sql
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.queries.judging import judging
from reconciliation.states import JobStatus, Strategy

WHOLE = (Strategy.ROW_COUNT, Strategy.CHECKSUM)
"""What counts all rows of both sides."""


def last_judging() -> QuerySet[ReconciliationJob]:
    """The job that drift is taken from, of each table that is compared."""
    return _of_each(judging(ReconciliationJob.objects.filter(table_name=OuterRef("name"), mapping=OuterRef("pk"))))


def last_counting() -> QuerySet[ReconciliationJob]:
    """The newest completed job that counted all rows, of each table that is compared."""
    counting = ReconciliationJob.objects.filter(
        table_name=OuterRef("name"),
        mapping=OuterRef("pk"),
        status=JobStatus.COMPLETED,
        validation_strategy__in=WHOLE,
    )
    return _of_each(Subquery(counting.order_by("-created_at").values("pk")[:1]))


def _of_each(job_id: Combinable) -> QuerySet[ReconciliationJob]:
    ids = Mapping.objects.filter(enabled=True).order_by().values_list(job_id)
    return ReconciliationJob.objects.filter(pk__in=ids).select_related("mapping").order_by("table_name")


def totals() -> list[dict[str, Any]]:
    """Of each table what its ended jobs came to; zeros for one that was never compared."""
    return sql.rows(_TOTALS)


def ranges_left() -> list[dict[str, Any]]:
    """Of each table that is being compared the ranges that are left."""
    return sql.rows(_RANGES_LEFT)


def coverage_age() -> list[dict[str, Any]]:
    """Seconds since the oldest proof of each table that has proofs of its mapping as it is now."""
    return sql.rows(_COVERAGE_AGE)


def open_mismatches() -> list[dict[str, Any]]:
    """Pending mismatches by table and type."""
    return sql.rows(_OPEN)


def oldest_pending() -> list[dict[str, Any]]:
    """Seconds since the oldest pending mismatch of each table was first seen."""
    return sql.rows(_OLDEST)


_TOTALS = """
SELECT coalesce(t.table_name, m.name) AS table_name, coalesce(t.completed, 0) AS completed,
  coalesce(t.failed, 0) AS failed, coalesce(t.missing_in_target, 0) AS missing_in_target,
  coalesce(t.missing_in_source, 0) AS missing_in_source, coalesce(t.data_mismatches, 0) AS data_mismatches,
  coalesce(t.seconds, 0) AS seconds, coalesce(t.within_10, 0) AS within_10, coalesce(t.within_30, 0) AS within_30,
  coalesce(t.within_60, 0) AS within_60
FROM reconciliation_total t FULL JOIN mapping m ON m.name = t.table_name
ORDER BY 1
"""

_RANGES_LEFT = """
SELECT j.table_name, count(r.id) AS ranges
FROM reconciliation_job j LEFT JOIN reconciliation_range r ON r.job_id = j.id AND r.state = 'PENDING'
WHERE j.status = 'RUNNING' GROUP BY j.table_name ORDER BY 1
"""

_COVERAGE_AGE = """
SELECT m.name AS table_name, extract(epoch FROM now() - min(c.proved_at))::float8 AS seconds
FROM coverage c JOIN mapping m ON m.id = c.mapping_id AND m.version = c.mapping_version
WHERE m.enabled GROUP BY m.name ORDER BY 1
"""

_OPEN = """
SELECT i.table_name, i.mismatch_type, count(*) AS mismatches
FROM mismatch i WHERE i.resolution_status = 'PENDING' GROUP BY 1, 2 ORDER BY 1, 2
"""

# the index of pending mismatches begins with the mapping: one look into it for each
_OLDEST = """
SELECT m.name AS table_name, extract(epoch FROM now() - o.detected_at)::float8 AS seconds
FROM mapping m CROSS JOIN LATERAL (
  SELECT i.detected_at FROM mismatch i WHERE i.mapping_id = m.id AND i.resolution_status = 'PENDING'
  ORDER BY i.detected_at LIMIT 1) o
ORDER BY 1
"""
