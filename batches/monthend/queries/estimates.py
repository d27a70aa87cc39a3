"""What is likely, from what earlier batches took; None before there was one."""

from batches.monthend.models import MonthEndBatch
from project.postgres import sql


def duration_minutes(batch: MonthEndBatch) -> float | None:
    """Minutes a close of this size takes at the median rate of the last committed or rehearsed ones."""
    rate = sql.value(RATE)
    return round(batch.expected_transactions / rate / 60, 2) if rate else None


def rollback_seconds() -> float | None:
    """Seconds of the longest of the last rollbacks."""
    found: float | None = sql.value(ROLLBACK)
    return None if found is None else round(found, 2)


RATE = """
SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY r.rate))::float8 FROM (
  SELECT b.expected_transactions / extract(epoch FROM b.finished_at - b.initiated_at) AS rate FROM month_end_batch b
  WHERE b.status IN ('COMMITTED', 'DRY_RUN_COMPLETED') AND b.expected_transactions > 0
  ORDER BY b.id DESC LIMIT 5) r
"""

ROLLBACK = """
SELECT max(r.seconds)::float8 FROM (
  SELECT extract(epoch FROM b.finished_at - (
    SELECT max(e.at) FROM month_end_event e WHERE e.batch_id = b.id AND e.name = 'aborting')) AS seconds
  FROM month_end_batch b WHERE b.status = 'ABORTED' ORDER BY b.id DESC LIMIT 5) r
"""
