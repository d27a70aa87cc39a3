"""How much waits, runs and has ended, over all queues."""

from project.postgres import sql
from workers.queries.queue_states import Counts, queue_states


def job_counts() -> Counts:
    """Jobs by state over all queues, those that ended since the beginning."""
    return Counts.sum(queue.counts for queue in queue_states())


def oldest_wait_seconds() -> float:
    """How long the oldest job has been due that could be claimed; 0 when none waits."""
    return float(sql.value(_OLDEST_WAIT))


def lease_count() -> int:
    """Claims that workers hold, of one job or of many."""
    return int(sql.value("SELECT count(*) FROM lease"))


_OLDEST_WAIT = """
SELECT coalesce(extract(epoch FROM now() - min(w.run_at)), 0)::float8
FROM (SELECT lane_id, run_at FROM ready WHERE run_at <= now()
      UNION ALL SELECT lane_id, run_at FROM held WHERE run_at <= now()) w
  JOIN lane l ON l.id = w.lane_id
WHERE NOT EXISTS (SELECT FROM queue_pause p WHERE (p.queue_id = l.queue_id OR p.queue_id IS NULL)
  AND (p.until IS NULL OR p.until > now()))
"""
