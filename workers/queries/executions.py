"""Where executions stand."""

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


def execution_state(execution_id: int) -> ExecutionState:
    """Raises `NotFound`."""
    record = sql.row(_EXECUTION, {"id": execution_id})
    if record is None:
        raise NotFound(f"There is no execution {execution_id}.", details={"execution": execution_id})
    return ExecutionState(**record)


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

_FAILURES = """
SELECT j.key, coalesce(f.error, '') AS error FROM finished_job f JOIN job j ON j.id = f.id
WHERE j.execution_id = %(id)s AND f.state = 'failed' ORDER BY f.finished_at, f.id
"""
