"""The engine in figures: why is nothing moving?"""

from typing import Any

from project.postgres import sql
from workers.queries import job_counts, oldest_wait_seconds


def figures() -> dict[str, Any]:
    """Jobs by state, failures of a day, the oldest wait, and the workers that are up or silent."""
    counts = job_counts()
    found = workers()
    return {
        "waiting": counts.waiting,
        "blocked": counts.waiting_children,
        "delayed": counts.delayed,
        "active": counts.active,
        "oldest_seconds": oldest_wait_seconds(),
        "failed": sql.value(FAILED),
        "up": sum(not worker["silent"] for worker in found),
        "silent": [worker for worker in found if worker["silent"]],
        "slots": sum(worker["slots"] for worker in found if not worker["silent"]),
    }


def workers() -> list[dict[str, Any]]:
    """Registered workers; silent is one whose session is gone or whose last sign of life is too long ago."""
    return sql.rows(WORKERS)


FAILED = """
SELECT coalesce(sum(c.failed), 0)::bigint FROM queue q CROSS JOIN LATERAL (
  SELECT h.failed FROM throughput h WHERE h.queue_id = q.id AND h.minute > now() - interval '1 day'
  UNION ALL SELECT t.failed FROM tally t WHERE t.queue_id = q.id AND t.minute > now() - interval '1 day') c
"""

WORKERS = """
SELECT w.id, w.name, w.slots, w.last_heartbeat, (l.id IS NULL OR w.last_heartbeat < now() - w.lease_time) AS silent
FROM worker w LEFT JOIN workers.live_workers() l ON l.id = w.id
WHERE w.stopped_at IS NULL ORDER BY w.id
"""
