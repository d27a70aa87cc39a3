"""How far a batch is and how fast it goes, from its checkpoints."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import FINAL, RUNNING, Status
from project.postgres import sql

WINDOW_SECONDS = 10.0


@dataclass(frozen=True)
class Progress:
    """Counts and rates of a batch; rates in transactions a second, None before the first block is posted."""

    processed: int
    total: int
    workers_running: int
    workers_completed: int
    workers_failed: int
    workers_total: int
    elapsed_seconds: float
    current: float | None
    average: float | None
    peak: float | None
    now: datetime

    @property
    def percentage(self) -> float:
        """Share of the transactions that is posted, 0 to 100; an empty month is complete."""
        return round(100 * self.processed / self.total, 1) if self.total else 100.0

    @property
    def remaining_seconds(self) -> float | None:
        """Time to the last posted block at the present rate; None before there is a rate."""
        rate = self.current or self.average
        return (self.total - self.processed) / rate if rate else None


def progress(batch: MonthEndBatch) -> Progress:
    """One statement over ranges, workers and blocks of the batch."""
    found = sql.row(PROGRESS, {"batch": batch.pk, "window": WINDOW_SECONDS})
    assert found is not None  # aggregates give one row
    posting = batch.status in RUNNING and found["processed"] < batch.expected_transactions
    return Progress(
        processed=found["processed"],
        total=batch.expected_transactions,
        workers_running=found["running"],
        workers_completed=found["completed"],
        workers_failed=found["failed"],
        workers_total=found["workers"] or (0 if batch.expected_amount is not None else batch.worker_count),
        elapsed_seconds=elapsed_seconds(batch, found["now"]),
        current=_current(found, posting=posting),
        average=found["average"],
        peak=found["peak"],
        now=found["now"],
    )


def _current(found: dict[str, Any], *, posting: bool) -> float | None:
    if found["average"] is None:
        return None
    return float(found["current"]) if posting else 0.0


def elapsed_seconds(batch: MonthEndBatch, now: datetime) -> float:
    """Since initiation, to the end of a batch that has one."""
    end = batch.finished_at if batch.finished_at and batch.status in FINAL else now
    return max((end - batch.initiated_at).total_seconds(), 0.0)


def series(batch: MonthEndBatch, points: int = 60) -> list[float]:
    """Transactions a second over the time of posting, cut into at most `points` equal slices."""
    found = sql.rows(SERIES, {"batch": batch.pk, "points": points})
    return [float(slice_["rate"]) for slice_ in found]


def estimated_completion(batch: MonthEndBatch, done: Progress) -> datetime | None:
    """When posting ends at the present rate; the end itself for a batch that has ended."""
    if batch.status in FINAL:
        return batch.finished_at
    if batch.status == Status.FAILED or done.remaining_seconds is None:
        return None
    return done.now + timedelta(seconds=done.remaining_seconds)


PROGRESS = """
WITH posted AS (
  SELECT b.posted_at, b.transactions, b.duration_ms FROM month_end_block b
  WHERE b.batch_id = %(batch)s AND b.posted_at IS NOT NULL),
bounds AS (
  SELECT min(p.posted_at - p.duration_ms * interval '1 ms') AS began, max(p.posted_at) AS ended,
    sum(p.transactions) AS transactions FROM posted p),
seconds AS (
  SELECT sum(p.transactions) AS transactions
  FROM posted p CROSS JOIN bounds b GROUP BY floor(extract(epoch FROM p.posted_at - b.began))),
recent AS (
  SELECT sum(p.transactions) AS transactions,
    greatest(extract(epoch FROM clock_timestamp() - greatest(min(b.began),
      clock_timestamp() - %(window)s * interval '1 second')), 0.001) AS seconds
  FROM posted p CROSS JOIN bounds b WHERE p.posted_at > clock_timestamp() - %(window)s * interval '1 second'),
workers AS (
  SELECT count(*) FILTER (WHERE w.status = 'RUNNING') AS running,
    count(*) FILTER (WHERE w.status = 'COMPLETED') AS completed,
    count(*) FILTER (WHERE w.status = 'FAILED') AS failed, count(*) AS workers
  FROM month_end_worker w WHERE w.batch_id = %(batch)s)
SELECT w.running, w.completed, w.failed, w.workers, coalesce(b.transactions, 0)::bigint AS processed,
  (b.transactions / greatest(extract(epoch FROM b.ended - b.began), 0.001))::float8 AS average,
  (SELECT greatest(max(s.transactions), b.transactions / greatest(extract(epoch FROM b.ended - b.began), 0.001))
    FROM seconds s)::float8 AS peak,
  coalesce(r.transactions / r.seconds, 0)::float8 AS current, clock_timestamp() AS now
FROM workers w CROSS JOIN bounds b CROSS JOIN recent r
"""

SERIES = """
WITH posted AS (
  SELECT b.posted_at, b.transactions FROM month_end_block b WHERE b.batch_id = %(batch)s AND b.posted_at IS NOT NULL),
bounds AS (
  SELECT min(p.posted_at) AS began, greatest(extract(epoch FROM max(p.posted_at) - min(p.posted_at)), 0.001) AS seconds
  FROM posted p),
slices AS (
  SELECT least(floor(extract(epoch FROM p.posted_at - b.began) / b.seconds * %(points)s), %(points)s - 1)::int AS slice,
    sum(p.transactions) AS transactions FROM posted p CROSS JOIN bounds b GROUP BY 1)
SELECT (coalesce(s.transactions, 0) / (b.seconds / %(points)s))::float8 AS rate
FROM generate_series(0, %(points)s - 1) g CROSS JOIN bounds b LEFT JOIN slices s ON s.slice = g
WHERE b.began IS NOT NULL ORDER BY g
"""
