"""The engine in figures: why is nothing moving?"""

from typing import Any

from project.console.charts import Bar
from project.postgres import sql
from workers.queries import job_counts, oldest_wait_seconds, registered_workers
from workers.queries.throughput import last_minutes

MINUTES = 60


def figures() -> dict[str, Any]:
    """Jobs by state, failures of a day, the oldest wait, the workers that are up or silent, and the last hour."""
    counts = job_counts()
    found = registered_workers()
    return {
        "waiting": counts.waiting,
        "paused": counts.paused,
        "blocked": counts.waiting_children,
        "active": counts.active,
        "oldest_seconds": oldest_wait_seconds(),
        "failed": sql.value(FAILED),
        "up": sum(worker.alive for worker in found),
        "silent": sum(not worker.alive for worker in found),
        "slots": sum(worker.slots for worker in found if worker.alive),
        "hour": hour(),
    }


def hour() -> list[Bar]:
    """What ended in each of the last sixty minutes, over all queues; empty when nothing did."""
    columns = zip(*last_minutes(MINUTES).values(), strict=True)
    return [
        Bar(same[0].minute, sum(one.completed for one in same), sum(one.failed for one in same)) for same in columns
    ]


FAILED = """
SELECT coalesce(sum(c.failed), 0)::bigint FROM queue q CROSS JOIN LATERAL (
  SELECT h.failed FROM throughput h WHERE h.queue_id = q.id AND h.minute > now() - interval '1 day'
  UNION ALL SELECT t.failed FROM tally t WHERE t.queue_id = q.id AND t.second > now() - interval '1 day') c
"""
