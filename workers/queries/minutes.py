"""What ended in each of the last minutes, of every queue at once: for pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Minute:
    """Jobs of a queue that ended in a minute."""

    minute: datetime
    completed: int = 0
    failed: int = 0


def last_minutes(minutes: int, queue_id: int | None = None) -> dict[int, Sequence[Minute]]:
    """By queue, the last so many minutes without a gap, the present one last; no entry where nothing ended."""
    found: dict[int, dict[datetime, Minute]] = {}
    for record in sql.rows(_MINUTES, {"minutes": minutes, "queue": queue_id}):
        queue = record.pop("queue_id")
        found.setdefault(queue, {})[record["minute"]] = Minute(**record)
    last = timezone.now().replace(second=0, microsecond=0)
    span = [last - timedelta(minutes=back) for back in reversed(range(minutes))]
    return {queue: [known.get(at, Minute(minute=at)) for at in span] for queue, known in found.items()}


# `tally` is what `throughput` has not got yet: a minute may stand in both
_MINUTES = """
SELECT q.id AS queue_id, u.minute, sum(u.completed)::bigint AS completed, sum(u.failed)::bigint AS failed
FROM queue q CROSS JOIN LATERAL (
  SELECT t.minute, t.completed, t.failed FROM throughput t
  WHERE t.queue_id = q.id AND t.minute > now() - make_interval(mins => %(minutes)s)
  UNION ALL SELECT t.minute, t.completed, t.failed FROM tally t
  WHERE t.queue_id = q.id AND t.minute > now() - make_interval(mins => %(minutes)s)
) u WHERE %(queue)s::int IS NULL OR q.id = %(queue)s GROUP BY q.id, u.minute
"""
