"""How fast tables were compared so far, and when what is asked for now will be done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from project.postgres import sql
from reconciliation.comparing.quiet import QuietHours
from reconciliation.models import Mapping, ReconciliationJob

DEFAULT_ROWS_PER_SECOND = 50_000.0  # until a table was compared once
DEFAULT_ROWS = 1_000_000.0
REMEMBERED = 5  # completed jobs of a mapping and strategy that an estimate rests on
SMOOTHING = 0.3  # weight of the newest range in the moving average


@dataclass(frozen=True, kw_only=True)
class _Estimate:
    seconds: float
    elapsed: float

    @property
    def left(self) -> float:
        return max(self.seconds - self.elapsed, 1.0)


def estimated_completion(jobs: Collection[ReconciliationJob]) -> datetime:
    """When the last of these running jobs ends: measured durations of the same mapping and strategy, else the default
    rate, over everything that runs or was queued before it, and outside the quiet hours of their mappings."""
    ids = [job.pk for job in jobs]
    newest = max(job.created_at for job in jobs)
    records = sql.rows(_RUNNING, [DEFAULT_ROWS, DEFAULT_ROWS_PER_SECOND, REMEMBERED, ids, newest])
    seconds = sum(_Estimate(seconds=one["seconds"], elapsed=one["elapsed"]).left for one in records)
    now: datetime = sql.value("SELECT now()")
    hours = Mapping.objects.filter(jobs__in=ids).values_list("quiet_hours", flat=True)
    return max(QuietHours.of(given).after(now, seconds) for given in hours)


def rows_per_second(mapping_id: int, method: str, *, default: float) -> float:
    """Of one range's reading: the moving average over the newest ranges of the mapping by that method."""
    average = None
    for record in sql.rows(_RANGES, [mapping_id, method]):
        rate = float(record["rate"])
        average = rate if average is None else average + SMOOTHING * (rate - average)
    return default if average is None else average


_RUNNING = """
SELECT coalesce(p.seconds, coalesce(r.source_rows, %s) / %s)::float8 AS seconds,
  coalesce(extract(epoch FROM now() - j.started_at), 0)::float8 AS elapsed
FROM reconciliation_job j
LEFT JOIN LATERAL (
  SELECT avg(d.seconds) AS seconds FROM (
    SELECT extract(epoch FROM d.completed_at - d.started_at) AS seconds FROM reconciliation_job d
    WHERE d.mapping_id = j.mapping_id AND d.validation_strategy = j.validation_strategy AND d.status = 'COMPLETED'
    ORDER BY d.created_at DESC LIMIT %s) d) p ON true
LEFT JOIN LATERAL (
  SELECT r.source_rows FROM reconciliation_job r
  WHERE r.mapping_id = j.mapping_id AND r.status = 'COMPLETED' AND r.source_rows IS NOT NULL
  ORDER BY r.created_at DESC LIMIT 1) r ON true
WHERE j.status = 'RUNNING' AND (j.id = ANY (%s) OR j.created_at <= %s)
"""

# oldest first, so that the newest weighs most
_RANGES = """
SELECT n.rate FROM (
  SELECT r.source_rows / r.seconds AS rate, r.finished_at FROM reconciliation_range r
  JOIN reconciliation_job j ON j.id = r.job_id
  WHERE j.mapping_id = %s AND j.method = %s AND r.state IN ('EQUAL', 'DIFFERENT') AND r.source_rows >= 1000
    AND r.seconds > 0
  ORDER BY r.finished_at DESC LIMIT 50) n
ORDER BY n.finished_at
"""
