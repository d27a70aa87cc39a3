"""Jobs of an execution: pages of them, and all about one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from project.api.errors import NotFound
from project.postgres import sql
from workers.models import FINAL_STATES
from workers.requirements import Comparison, written


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """A job in a list. `attempt` is the one that runs or ran last, or the next one; `run_at` is when it is due."""

    id: int
    execution_id: int
    key: str
    name: str | None
    type: str
    queue: str
    priority: str
    requires: list[str]
    state: str
    attempt: int
    max_attempts: int
    worker: str | None
    run_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None


def jobs_of(execution_id: int, *, state: str | None = None, after: int = 0, limit: int = 100) -> list[JobRow]:
    """Jobs of an execution in the order of submission, those in a state only; `after` is the id that the page before
    ended with."""
    chosen = _ANY if state is None else _FINISHED if state in FINAL_STATES else _OPEN
    params = {"execution": execution_id, "state": state, "after": after, "limit": limit}
    return [job_row(record) for record in sql.rows(f"{_WITH_OPEN}, chosen AS ({chosen}){_JOBS}", params)]


def job_row(record: dict[str, Any]) -> JobRow:
    """The job of a record with the columns of a job's row; takes its requirements out of it."""
    labels: list[str] = record.pop("labels")
    comparisons: list[Comparison] = record.pop("comparisons")
    return JobRow(**record, requires=written(labels, comparisons))


def job_id(execution_id: int, key: str) -> int:
    """Raises `NotFound`."""
    found = sql.value("SELECT j.id FROM job j WHERE j.execution_id = %s AND j.key = %s", [execution_id, key])
    if found is None:
        name = f"exec-{execution_id}"
        raise NotFound(f'{name} has no job "{key}".', details={"execution": name, "job": key})
    return int(found)


def has_job(execution_id: int, key: str) -> bool:
    """Whether an execution has a job of this key."""
    return bool(
        sql.value("SELECT EXISTS (SELECT FROM job j WHERE j.execution_id = %s AND j.key = %s)", [execution_id, key])
    )


def open_keys(execution_id: int) -> list[str]:
    """Keys of the jobs of an execution that have not ended, in the order of submission."""
    return [record["key"] for record in sql.rows(_OPEN_KEYS, [execution_id])]


def due_at(executions: Collection[int], type_: str) -> dict[int, datetime]:
    """When the waiting jobs of a type are due, by execution; none for one whose job runs or has ended."""
    found = sql.rows(_DUE, {"executions": list(executions), "type": type_})
    return {record["execution_id"]: record["run_at"] for record in found}


_OPEN_KEYS = "SELECT j.key FROM workers.open_jobs(%s) o JOIN job j ON j.id = o.id ORDER BY j.id"

_DUE = """
SELECT w.execution_id, min(w.run_at) AS run_at
FROM (SELECT r.execution_id, r.lane_id, r.run_at FROM ready r WHERE r.execution_id = ANY (%(executions)s)
      UNION ALL SELECT h.execution_id, h.lane_id, h.run_at FROM held h WHERE h.execution_id = ANY (%(executions)s)) w
JOIN lane n ON n.id = w.lane_id AND n.type = %(type)s GROUP BY w.execution_id
"""

_WITH_OPEN = "WITH open AS MATERIALIZED (SELECT * FROM workers.open_jobs(%(execution)s))"

# which jobs: a state that is final is written in the history, any other one in the small hot tables
_ANY = (
    """SELECT j.id FROM job j WHERE j.execution_id = %(execution)s AND j.id > %(after)s ORDER BY j.id LIMIT %(limit)s"""
)
_FINISHED = """
  SELECT j.id FROM job j JOIN finished_job f ON f.id = j.id AND f.state = %(state)s
  WHERE j.execution_id = %(execution)s AND j.id > %(after)s ORDER BY j.id LIMIT %(limit)s"""
_OPEN = """SELECT o.id FROM open o WHERE o.state = %(state)s AND o.id > %(after)s ORDER BY o.id LIMIT %(limit)s"""

_JOBS = """
SELECT j.id, j.execution_id, j.key, j.name, n.type, q.name AS queue, n.priority, n.labels, n.comparisons,
  coalesce(f.state, o.state) AS state, coalesce(f.attempt, o.attempt) AS attempt, j.max_attempts, w.name AS worker,
  o.run_at, j.created_at, coalesce(f.started_at, o.claimed_at) AS started_at, f.finished_at, f.error
FROM chosen c JOIN job j ON j.id = c.id JOIN lane n ON n.id = j.lane_id JOIN queue q ON q.id = n.queue_id
LEFT JOIN finished_job f ON f.id = c.id LEFT JOIN open o ON o.id = c.id
LEFT JOIN worker w ON w.id = coalesce(f.worker_id, o.worker_id) ORDER BY c.id
"""
