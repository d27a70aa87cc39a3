"""Where executions stand."""

from dataclasses import dataclass
from datetime import datetime

from project.api.errors import NotFound
from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class ExecutionState:
    """Where an execution stands. The counts are exact: waiting ones are what is left of the total.

    `rerun_of` is the execution whose jobs it runs again, `schedule` the name of what started it.
    """

    id: int
    workflow: str
    status: str
    parallelism: int | None
    total: int
    completed: int
    failed: int
    cancelled: int
    running: int
    actor: str | None
    schedule: str | None
    rerun_of: int | None
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


def execution_state(execution_id: int) -> ExecutionState:
    """Raises `NotFound`."""
    record = sql.row(f"{_EXECUTION} WHERE e.id = %(id)s", {"id": execution_id})
    if record is None:
        raise no_execution(f"exec-{execution_id}")
    return ExecutionState(**record)


def no_execution(name: str) -> NotFound:
    """The 404 for a name such as `exec-5`."""
    return NotFound(f"There is no execution {name}.", details={"execution": name})


def execution_states(
    *, status: str | None = None, workflow: str | None = None, before: int | None = None, limit: int = 50
) -> list[ExecutionState]:
    """Executions of a status, of a workflow, newest first; `before` is the id that the page before ended with."""
    conditions = [_OF_STATUS[status]] if status is not None else ["true"]
    if workflow is not None:
        conditions.append("e.workflow = %(workflow)s")
    if before is not None:
        conditions.append("e.id < %(before)s")
    found = sql.rows(
        f"{_EXECUTION} WHERE {' AND '.join(conditions)} ORDER BY e.id DESC LIMIT %(limit)s",
        {"status": status, "workflow": workflow, "before": before, "limit": limit},
    )
    return [ExecutionState(**record) for record in found]


def newest_checkpoint(execution_id: int) -> int | None:
    """The number of the newest checkpoint that a job of the execution saved."""
    number = sql.value("SELECT max(c.number) FROM job_checkpoint c WHERE c.execution_id = %s", [execution_id])
    return None if number is None else int(number)


def failures(execution_id: int) -> list[tuple[str, str]]:
    """Key and error of the jobs of an execution that failed for good, in the order in which they did."""
    return [(record["key"], record["error"]) for record in sql.rows(_FAILURES, {"id": execution_id})]


_EXECUTION = """
SELECT e.id, e.workflow, e.status, e.parallelism, e.total, e.completed, e.failed, e.cancelled,
  (SELECT count(*) FROM lease l, unnest(l.executions) u(execution)
   WHERE e.completed_at IS NULL AND e.id = ANY (l.executions) AND u.execution = e.id) AS running,
  u.username AS actor, s.name AS schedule, e.rerun_of_id AS rerun_of,
  e.created_at, e.started_at, e.completed_at, e.cancel_requested_at, e.cancel_reason
FROM execution e LEFT JOIN auth_user u ON u.id = e.actor_id LEFT JOIN schedule s ON s.id = e.schedule_id
"""

# each says what a partial index is about
_OPEN = "e.status = %(status)s AND e.completed_at IS NULL"
_UNSUCCESSFUL = "e.status = %(status)s AND (e.failed > 0 OR e.cancelled > 0)"
_OF_STATUS = {
    "pending": _OPEN,
    "running": _OPEN,
    "completed": "e.status = %(status)s",
    "failed": _UNSUCCESSFUL,
    "cancelled": _UNSUCCESSFUL,
}

_FAILURES = """
SELECT j.key, coalesce(f.error, '') AS error FROM finished_job f JOIN job j ON j.id = f.id
WHERE j.execution_id = %(id)s AND f.state = 'failed' ORDER BY f.finished_at, f.id
"""
