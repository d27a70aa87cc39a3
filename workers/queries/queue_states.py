"""How the queues stand: what waits, runs and has ended in each, its limits, and whether it is paused."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from project.api.errors import NotFound
from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Why nothing is claimed: of one queue, or of all when `queue` is None. Without `until` somebody has to end it."""

    queue: str | None
    by: str
    reason: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Jobs by state. `waiting` ones are due; due jobs of a paused queue are `paused` instead."""

    waiting: int = 0
    paused: int = 0
    delayed: int = 0
    active: int = 0
    waiting_children: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return sum(vars(self).values())

    @classmethod
    def sum(cls, several: Iterable["Counts"]) -> "Counts":
        """The counts of several together."""
        each = [vars(one) for one in several]
        return cls(**{field.name: sum(one[field.name] for one in each) for field in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class QueueState:
    """A queue. `pause` is its own or else that of all queues; `by_priority` counts unfinished jobs, heaviest first."""

    name: str
    horizon_seconds: float
    concurrency: int | None
    rate_limit: int | None
    rate_seconds: float | None
    pause: Pause | None
    counts: Counts
    by_priority: dict[str, Counts]


def queue_states(name: str | None = None) -> list[QueueState]:
    """All queues by name, or the one of that name, if any. Looks at the hot tables; never counts ended jobs again."""
    paused = {pause.queue: pause for pause in pauses()}
    return [
        _state(record, paused.get(record["name"]) or paused.get(None)) for record in sql.rows(_QUEUES, {"name": name})
    ]


def queue_state(name: str) -> QueueState:
    """Raises `NotFound`."""
    found = queue_states(name)
    if not found:
        raise NotFound(f'There is no queue "{name}".', details={"queue": name})
    return found[0]


def pauses() -> list[Pause]:
    """The pauses that hold now, that of all queues first."""
    return [Pause(**record) for record in sql.rows(_PAUSES)]


def _state(record: dict[str, Any], pause: Pause | None) -> QueueState:
    open_jobs = {priority: _open(found, paused=pause is not None) for priority, found in record.pop("open").items()}
    ended = Counts(**{state: record.pop(state) for state in ("completed", "failed", "cancelled")})
    return QueueState(**record, pause=pause, counts=Counts.sum([*open_jobs.values(), ended]), by_priority=open_jobs)


def _open(found: dict[str, int], *, paused: bool) -> Counts:
    due = found.pop("due", 0)
    return Counts(**found, **{"paused" if paused else "waiting": due})


_PAUSES = """
SELECT q.name AS queue, p.paused_by AS by, p.reason, p.paused_at AS since, p.until
FROM queue_pause p LEFT JOIN queue q ON q.id = p.queue_id
WHERE p.until IS NULL OR p.until > now() ORDER BY q.name NULLS FIRST
"""

_QUEUES = """
WITH found AS (
  SELECT lane_id, CASE WHEN run_at <= now() THEN 'due' ELSE 'delayed' END AS state, sum(cardinality(ids)) AS jobs
    FROM ready GROUP BY 1, 2
  UNION ALL SELECT lane_id, CASE WHEN run_at <= now() THEN 'due' ELSE 'delayed' END, sum(cardinality(ids))
    FROM held GROUP BY 1, 2
  UNION ALL SELECT lane_id, 'active', sum(cardinality(ids)) FROM lease GROUP BY 1
  UNION ALL SELECT lane_id, 'waiting_children', count(*) FROM blocked GROUP BY 1
), by_state AS (
  SELECT l.queue_id, l.priority, f.state, sum(f.jobs)::bigint AS jobs FROM found f JOIN lane l ON l.id = f.lane_id
  GROUP BY 1, 2, 3
), by_priority AS (
  SELECT s.queue_id, s.priority, jsonb_object_agg(s.state, s.jobs) AS states FROM by_state s GROUP BY 1, 2
), by_queue AS (
  SELECT p.queue_id, json_object_agg(p.priority, p.states ORDER BY c.weight DESC NULLS LAST, c.name) AS open
  FROM by_priority p JOIN priority_class c ON c.name = p.priority GROUP BY 1
), ended AS (
  SELECT t.queue_id, sum(t.completed) AS completed, sum(t.failed) AS failed, sum(t.cancelled) AS cancelled
  FROM tally t GROUP BY 1
)
SELECT q.name, extract(epoch FROM q.horizon)::float8 AS horizon_seconds, q.concurrency, q.rate_limit, q.rate_seconds,
  coalesce(b.open, '{}') AS open, q.completed + coalesce(e.completed, 0) AS completed,
  q.failed + coalesce(e.failed, 0) AS failed, q.cancelled + coalesce(e.cancelled, 0) AS cancelled
FROM queue q LEFT JOIN by_queue b ON b.queue_id = q.id LEFT JOIN ended e ON e.queue_id = q.id
WHERE %(name)s::text IS NULL OR q.name = %(name)s ORDER BY q.name
"""
