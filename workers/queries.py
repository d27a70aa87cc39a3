"""Reads of the engine."""

from dataclasses import dataclass
from datetime import datetime

from project.api.errors import NotFound
from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class ExecutionState:
    """Where an execution stands. The counts are exact: waiting ones are what is left of the total."""

    id: int
    workflow: str
    status: str
    parallelism: int | None
    total: int
    completed: int
    failed: int
    cancelled: int
    running: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    cancel_requested_at: datetime | None
    cancel_reason: str | None

    @property
    def waiting(self) -> int:
        return self.total - self.completed - self.failed - self.cancelled - self.running

    @property
    def ended(self) -> bool:
        return self.completed_at is not None


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
class JobCounts:
    """Jobs by state, over all executions, and how long the oldest due one has waited."""

    waiting_children: int
    waiting: int
    delayed: int
    active: int
    completed: int
    failed: int
    cancelled: int
    oldest_waiting_seconds: float
    leases: int


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """Unfinished jobs of a queue that don't wait for others."""

    id: int
    waiting: int
    delayed: int
    active: int


def execution_state(execution_id: int) -> ExecutionState:
    """Raises `NotFound`."""
    record = sql.row(_EXECUTION, {"id": execution_id})
    if record is None:
        raise NotFound(f"There is no execution {execution_id}.", details={"execution": execution_id})
    return ExecutionState(**record)


def live_workers() -> list[LiveWorker]:
    """Workers that are alive, by id."""
    return [LiveWorker(**record) for record in sql.rows(_LIVE_WORKERS)]


def slots_alive() -> int:
    """How many jobs the live workers can run at once."""
    return int(sql.value("SELECT coalesce(sum(w.slots), 0) FROM workers.live_workers() w"))


def job_counts() -> JobCounts:
    """Counts from the hot tables, and for ended jobs from the executions."""
    record = sql.row(_JOB_COUNTS)
    assert record is not None
    return JobCounts(**record)


def queue_counts() -> dict[int, QueueCounts]:
    """Counts by the id of the queue."""
    return {record["id"]: QueueCounts(**record) for record in sql.rows(_QUEUE_COUNTS)}


def failures(execution_id: int) -> list[tuple[str, str]]:
    """Key and error of the jobs of an execution that failed for good, in the order in which they did."""
    return [(record["key"], record["error"]) for record in sql.rows(_FAILURES, {"id": execution_id})]


def has_job(execution_id: int, key: str) -> bool:
    """Whether an execution has a job of this key."""
    return bool(
        sql.value("SELECT EXISTS (SELECT FROM job j WHERE j.execution_id = %s AND j.key = %s)", [execution_id, key])
    )


_EXECUTION = """
SELECT e.id, e.workflow, e.status, e.parallelism, e.total, e.completed, e.failed, e.cancelled,
  (SELECT count(*) FROM lease l, unnest(l.executions) u(execution)
   WHERE e.id = ANY (l.executions) AND u.execution = e.id) AS running,
  e.created_at, e.started_at, e.completed_at, e.cancel_requested_at, e.cancel_reason
FROM execution e WHERE e.id = %(id)s
"""

_LIVE_WORKERS = """
SELECT w.id, w.name, w.hostname, w.pid, w.slots, w.queues, w.current_load, w.cpu_percent, w.memory_mb, w.started_at,
  w.last_heartbeat
FROM workers.live_workers() w ORDER BY w.id
"""

_JOB_COUNTS = """
WITH waiting AS (
  SELECT r.run_at, cardinality(r.ids) AS jobs FROM ready r UNION ALL SELECT h.run_at, cardinality(h.ids) FROM held h
), counted AS (
  SELECT coalesce(sum(w.jobs) FILTER (WHERE w.run_at <= now()), 0) AS waiting,
    coalesce(sum(w.jobs) FILTER (WHERE w.run_at > now()), 0) AS delayed,
    coalesce(extract(epoch FROM now() - min(w.run_at) FILTER (WHERE w.run_at <= now())), 0)::float8
      AS oldest_waiting_seconds
  FROM waiting w
), claimed AS (
  SELECT coalesce(sum(cardinality(l.ids)), 0) AS active, count(*) AS leases FROM lease l
), ended AS (
  SELECT coalesce(sum(e.completed), 0) AS completed, coalesce(sum(e.failed), 0) AS failed,
    coalesce(sum(e.cancelled), 0) AS cancelled FROM execution e
)
SELECT (SELECT count(*) FROM blocked) AS waiting_children, c.*, l.*, e.* FROM counted c, claimed l, ended e
"""

_FAILURES = """
SELECT j.key, coalesce(f.error, '') AS error FROM finished_job f JOIN job j ON j.id = f.id
WHERE j.execution_id = %(id)s AND f.state = 'failed' ORDER BY f.finished_at, f.id
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
