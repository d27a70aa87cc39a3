"""How much waits, runs and has ended, over all queues."""

from dataclasses import dataclass

from project.postgres import sql
from workers.queries.queue_states import Counts, queue_states


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """Unfinished jobs of a queue that don't wait for others."""

    id: int
    waiting: int
    delayed: int
    active: int


def job_counts() -> Counts:
    """Jobs by state over all queues, those that ended since the beginning."""
    return Counts.sum(queue.counts for queue in queue_states())


def oldest_wait_seconds() -> float:
    """How long the oldest job has been due that could be claimed; 0 when none waits."""
    return float(sql.value(_OLDEST_WAIT))


def lease_count() -> int:
    """Claims that workers hold, of one job or of many."""
    return int(sql.value("SELECT count(*) FROM lease"))


def queue_counts() -> dict[int, QueueCounts]:
    """Counts by the id of the queue."""
    return {record["id"]: QueueCounts(**record) for record in sql.rows(_QUEUE_COUNTS)}


_OLDEST_WAIT = """
SELECT coalesce(extract(epoch FROM now() - min(w.run_at)), 0)::float8
FROM (SELECT lane_id, run_at FROM ready WHERE run_at <= now()
      UNION ALL SELECT lane_id, run_at FROM held WHERE run_at <= now()) w
  JOIN lane l ON l.id = w.lane_id
WHERE NOT EXISTS (SELECT FROM queue_pause p WHERE (p.queue_id = l.queue_id OR p.queue_id IS NULL)
  AND (p.until IS NULL OR p.until > now()))
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
