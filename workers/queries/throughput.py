"""What got done, by minute."""

from dataclasses import dataclass
from datetime import datetime

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What ended in one minute of a queue. `run_seconds` is the time of all attempts that ended a job."""

    minute: datetime
    completed: int
    failed: int
    cancelled: int
    retried: int
    run_seconds: float


def throughput(queue: str, minutes: int) -> list[Minute]:
    """The last so many minutes, the present one included, without those in which nothing ended. Raises `NotFound`."""
    return [Minute(**record) for record in sql.rows(_MINUTES, {"queue": queue, "minutes": minutes})]


# `tally` is what `throughput` has not got yet: a minute may stand in both
_MINUTES = """
WITH wanted AS MATERIALIZED (
  SELECT workers.queue_named(%(queue)s) AS queue_id,
    date_trunc('minute', now()) - make_interval(mins => %(minutes)s - 1) AS first
)
SELECT u.minute, sum(u.completed)::bigint AS completed, sum(u.failed)::bigint AS failed,
  sum(u.cancelled)::bigint AS cancelled, sum(u.retried)::bigint AS retried, sum(u.run_seconds) AS run_seconds
FROM wanted w CROSS JOIN LATERAL (
  SELECT t.minute, t.completed, t.failed, t.cancelled, t.retried, t.run_seconds FROM throughput t
  WHERE t.queue_id = w.queue_id AND t.minute >= w.first
  UNION ALL SELECT t.minute, t.completed, t.failed, t.cancelled, t.retried, t.run_seconds FROM tally t
  WHERE t.queue_id = w.queue_id AND t.minute >= w.first
) u GROUP BY u.minute ORDER BY u.minute
"""
