"""What got done, by minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What ended in one minute of a queue. `run_seconds` is the time of all attempts that ended a job."""

    minute: datetime
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    retried: int = 0
    run_seconds: float = 0.0


def throughput(queue: str, minutes: int) -> list[Minute]:
    """The last so many minutes, the present one included, without those in which nothing ended. Raises `NotFound`."""
    queue_id: int = sql.routine_value("workers.queue_named", queue)
    return _found(minutes, queue_id).get(queue_id, [])


def last_minutes(minutes: int, queue_id: int | None = None) -> dict[int, Sequence[Minute]]:
    """By queue, the last so many minutes without a gap, the present one last; no entry where nothing ended."""
    last = timezone.now().replace(second=0, microsecond=0)
    span = [last - timedelta(minutes=back) for back in reversed(range(minutes))]
    found = {queue: {one.minute: one for one in some} for queue, some in _found(minutes, queue_id).items()}
    return {queue: [known.get(at, Minute(minute=at)) for at in span] for queue, known in found.items()}


def _found(minutes: int, queue_id: int | None) -> dict[int, list[Minute]]:
    found: dict[int, list[Minute]] = {}
    for record in sql.rows(_MINUTES, {"minutes": minutes, "queue": queue_id}):
        found.setdefault(record.pop("queue_id"), []).append(Minute(**record))
    return found


# `tally` is what `throughput` has not got yet: a minute may stand in both
_MINUTES = """
WITH counted AS (
  SELECT t.queue_id, t.minute, t.completed, t.failed, t.cancelled, t.retried, t.run_seconds FROM throughput t
  UNION ALL SELECT t.queue_id, date_trunc('minute', t.second), t.completed, t.failed, t.cancelled, t.retried,
    t.run_seconds FROM tally t
)
SELECT c.queue_id, c.minute, sum(c.completed)::bigint AS completed, sum(c.failed)::bigint AS failed,
  sum(c.cancelled)::bigint AS cancelled, sum(c.retried)::bigint AS retried, sum(c.run_seconds) AS run_seconds
FROM queue q JOIN counted c ON c.queue_id = q.id
WHERE (%(queue)s::int IS NULL OR q.id = %(queue)s)
  AND c.minute >= date_trunc('minute', now()) - make_interval(mins => %(minutes)s - 1)
GROUP BY c.queue_id, c.minute ORDER BY c.queue_id, c.minute
"""
