"""How much waits, runs and has ended."""

from dataclasses import dataclass

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """Jobs by state, over all executions, and how long the oldest due one has waited."""

    waiting_children: int
    waiting: int
    delayed: int
    active: int
    completed: int
    failed: int
    cancelled: int
    oldest_waiting_seconds: float
    leases: int


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """Unfinished jobs of a queue that don't wait for others."""

    id: int
    waiting: int
    delayed: int
    active: int


def job_counts() -> JobCounts:
    """Counts from the hot tables, and for ended jobs from the executions."""
    record = sql.row(_JOB_COUNTS)
    assert record is not None
    return JobCounts(**record)


def queue_counts() -> dict[int, QueueCounts]:
    """Counts by the id of the queue."""
    return {record["id"]: QueueCounts(**record) for record in sql.rows(_QUEUE_COUNTS)}


_JOB_COUNTS = """
WITH waiting AS (
  SELECT r.run_at, cardinality(r.ids) AS jobs FROM ready r UNION ALL SELECT h.run_at, cardinality(h.ids) FROM held h
), counted AS (
  SELECT coalesce(sum(w.jobs) FILTER (WHERE w.run_at <= now()), 0) AS waiting,
    coalesce(sum(w.jobs) FILTER (WHERE w.run_at > now()), 0) AS delayed,
    coalesce(extract(epoch FROM now() - min(w.run_at) FILTER (WHERE w.run_at <= now())), 0)::float8
      AS oldest_waiting_seconds
  FROM waiting w
), claimed AS (
  SELECT coalesce(sum(cardinality(l.ids)), 0) AS active, count(*) AS leases FROM lease l
), ended AS (
  SELECT coalesce(sum(e.completed), 0) AS completed, coalesce(sum(e.failed), 0) AS failed,
    coalesce(sum(e.cancelled), 0) AS cancelled FROM execution e
)
SELECT (SELECT count(*) FROM blocked) AS waiting_children, c.*, l.*, e.* FROM counted c, claimed l, ended e
"""

_QUEUE_COUNTS = """
WITH found AS (
  SELECT lane_id, CASE WHEN run_at <= now() THEN 'waiting' ELSE 'delayed' END AS state, cardinality(ids) AS jobs
  FROM ready
  UNION ALL SELECT lane_id, CASE WHEN run_at <= now() THEN 'waiting' ELSE 'delayed' END, cardinality(ids) FROM held
  UNION ALL SELECT lane_id, 'active', cardinality(ids) FROM lease
)
SELECT q.id, coalesce(sum(f.jobs) FILTER (WHERE f.state = 'waiting'), 0) AS waiting,
  coalesce(sum(f.jobs) FILTER (WHERE f.state = 'delayed'), 0) AS delayed,
  coalesce(sum(f.jobs) FILTER (WHERE f.state = 'active'), 0) AS active
FROM queue q LEFT JOIN lane l ON l.queue_id = q.id LEFT JOIN found f ON f.lane_id = l.id GROUP BY q.id
"""
