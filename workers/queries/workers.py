"""Who works."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from project.api.errors import ErrorCode, NotFound
from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class LiveWorker:
    """A worker that is alive now. `current_load` is how many jobs it was running at its last heartbeat."""

    id: int
    name: str
    hostname: str
    pid: int | None
    slots: int
    queues: list[str]
    current_load: int | None
    cpu_percent: float | None
    memory_mb: float | None
    started_at: datetime
    last_heartbeat: datetime

    @property
    def utilization(self) -> float:
        """Busy slots by slots; 0 before the first heartbeat."""
        return (self.current_load or 0) / self.slots


@dataclass(frozen=True, kw_only=True)
class RegisteredWorker(LiveWorker):
    """A worker that is registered: alive, or silent and not yet given up."""

    alive: bool
    has_session: bool
    types: list[str] | None
    capabilities: list[str]
    metadata: dict[str, Any]
    actor_id: int | None
    owner: str | None
    lease_time: timedelta
    uptime_seconds: float

    @property
    def status(self) -> str:
        """`unhealthy` when its session ended or three heartbeats are missing; else by its last heartbeat's load."""
        if not self.alive:
            return "unhealthy"
        if self.current_load is None:
            return "active"
        return "busy" if self.current_load else "idle"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What has to be known of a worker to act for it."""

    id: int
    name: str
    actor_id: int | None
    has_session: bool
    slots: int
    queues: list[str]
    types: list[str] | None
    capabilities: list[str]
    metadata: dict[str, Any]
    lease_time: timedelta
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class HeldClaim:
    """Jobs of one kind that a worker took with one claim and still holds."""

    claim: int
    queue: str
    type: str
    jobs: list[int]
    attempt: int
    claimed_at: datetime
    until: datetime


def live_workers() -> list[LiveWorker]:
    """Workers that are alive, by id."""
    return [LiveWorker(**record) for record in sql.rows(f"{_LIVE_WORKERS} ORDER BY w.id")]


def slots_alive() -> int:
    """How many jobs the live workers can run at once."""
    return int(sql.value("SELECT coalesce(sum(w.slots), 0) FROM workers.live_workers() w"))


def registered_workers() -> list[RegisteredWorker]:
    """All registrations that count, in the order in which they were made."""
    return [RegisteredWorker(**record) for record in sql.rows(f"{_REGISTERED} ORDER BY w.id")]


def registered_worker(name: str) -> RegisteredWorker:
    """Raises `NotFound` with WORKER_NOT_REGISTERED."""
    record = sql.row(f"{_REGISTERED} AND w.name = %s", [name])
    if record is None:
        raise not_registered(name)
    return RegisteredWorker(**record)


def registration(name: str) -> Registration | None:
    """By one look into the index of names. One with a NUL is no name, and PostgreSQL couldn't look it up."""
    record = None if "\0" in name else sql.row(_REGISTRATION, [name])
    return Registration(**record) if record else None


def held_claims(worker_id: int) -> list[HeldClaim]:
    """What a worker holds, the oldest claim first."""
    return [HeldClaim(**record) for record in sql.rows(_HELD, [worker_id])]


def not_registered(name: str) -> NotFound:
    """What every call for a worker that isn't registered (any more) gets."""
    message = f"Worker {name} is not registered: register it with POST /api/distributed/workers/register."
    return NotFound(message, code=ErrorCode.WORKER_NOT_REGISTERED, details={"workerId": name})


_COLUMNS = """
SELECT w.id, w.name, w.hostname, w.pid, w.slots, w.queues, w.current_load, w.cpu_percent, w.memory_mb, w.started_at,
  w.last_heartbeat"""

_LIVE_WORKERS = f"{_COLUMNS} FROM workers.live_workers() w"

_REGISTERED = f"""{_COLUMNS}, w.has_session, w.types, w.capabilities, w.metadata, w.actor_id, u.username AS owner,
  w.lease_time, extract(epoch FROM now() - w.started_at)::float8 AS uptime_seconds,
  v.id IS NOT NULL AS alive
FROM worker w LEFT JOIN workers.live_workers() v ON v.id = w.id LEFT JOIN auth_user u ON u.id = w.actor_id
WHERE w.stopped_at IS NULL"""

_REGISTRATION = """
SELECT w.id, w.name, w.actor_id, w.has_session, w.slots, w.queues, w.types, w.capabilities, w.metadata, w.lease_time,
  w.started_at
FROM worker w WHERE w.name = %s AND w.stopped_at IS NULL
"""

_HELD = """
SELECT l.id AS claim, q.name AS queue, n.type, l.ids AS jobs, l.attempt, l.claimed_at, l.until
FROM lease l JOIN lane n ON n.id = l.lane_id JOIN queue q ON q.id = n.queue_id WHERE l.worker_id = %s ORDER BY l.id
"""
