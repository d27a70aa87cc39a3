"""How full the queue is."""

import math

from project.postgres import sql

LONGEST_WAIT_SECONDS = 60


def queue_length() -> int:
    """Items that were taken and have not ended."""
    return int(sql.value("SELECT sum(q.used) FROM queue_place q"))


def seconds_until_room(items: int, limit: int) -> int:
    """How long until the queue has room for so many items, at the pace of the last runs; from 1 to 60."""
    needed = queue_length() + items - limit
    pace = sql.value(_PACE)
    return min(max(math.ceil(needed / pace), 1), LONGEST_WAIT_SECONDS) if pace else 1


# items a second over the last runs; without any of this minute nothing is known
_PACE = """
SELECT sum(r.items) / greatest(extract(epoch FROM now() - min(r.ended_at)), 0.001)::float8 FROM (
  SELECT r.items, r.ended_at FROM inference_run r ORDER BY r.id DESC LIMIT 200) r
WHERE r.ended_at > now() - interval '1 minute'
"""
