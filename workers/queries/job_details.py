"""All about one job: its attempts, what it got and gave, its neighbours in the graph."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from project.api.errors import NotFound
from project.postgres import sql
from workers.queries.jobs import JobRow, job_id, jobs_of

NEIGHBOURS = 200  # of each side


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One run of a job. `outcome` is its final state, `retried` when another attempt followed, or `active`."""

    attempt: int
    outcome: str
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The newest one of a job."""

    number: int
    saved_at: datetime
    data: Any


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A job at the other end of an edge; of another execution only as the parent of a job that runs again."""

    execution_id: int
    key: str
    state: str
    on_failure: str


@dataclass(frozen=True, kw_only=True)
class JobDetail:
    """A job. Of parents and children the first `NEIGHBOURS`; `added_by` is the key of the job that added it."""

    row: JobRow
    payload: dict[str, Any]
    output: Any
    backoff_seconds: float
    timeout_seconds: float | None
    added_by: str | None
    attempts: list[Attempt]
    checkpoint: Checkpoint | None
    parents: list[Neighbour]
    children: list[Neighbour]


def job_detail(execution_id: int, key: str) -> JobDetail:
    """Raises `NotFound`."""
    job = job_id(execution_id, key)
    (row,) = jobs_of(execution_id, after=job - 1, limit=1)
    record = sql.row(_DETAIL, {"id": job})
    if record is None:
        raise NotFound(f'Job "{key}" of exec-{execution_id} is gone.')
    checkpoint = sql.row("SELECT c.number, c.saved_at, c.data FROM job_checkpoint c WHERE c.job_id = %s", [job])
    attempts = [Attempt(**attempt) for attempt in sql.rows(_ATTEMPTS, {"id": job})]
    return JobDetail(
        row=row,
        **record,
        attempts=attempts if row.state != "active" else [*attempts, _running(row)],
        checkpoint=Checkpoint(**checkpoint) if checkpoint else None,
        parents=_neighbours(_PARENTS, job),
        children=_neighbours(_CHILDREN, job),
    )


def _running(row: JobRow) -> Attempt:
    return Attempt(
        attempt=row.attempt,
        outcome="active",
        worker=row.worker,
        started_at=row.started_at,
        finished_at=None,
        error=None,
    )


def _neighbours(query: str, job: int) -> list[Neighbour]:
    return [Neighbour(**record) for record in sql.rows(query, {"id": job, "limit": NEIGHBOURS})]


_DETAIL = """
SELECT j.payload, j.backoff_seconds, j.timeout_seconds, f.output, a.key AS added_by
FROM job j LEFT JOIN finished_job f ON f.id = j.id LEFT JOIN job a ON a.id = j.added_by WHERE j.id = %(id)s
"""

# a job that was cancelled or failed before any worker had it has attempt 0, or the one that it waited for
_ATTEMPTS = """
SELECT a.attempt, a.outcome, w.name AS worker, a.started_at, a.finished_at, a.error
FROM (SELECT t.attempt, 'retried' AS outcome, t.worker_id, t.started_at, t.finished_at, t.error
      FROM job_attempt t WHERE t.job_id = %(id)s
      UNION ALL SELECT f.attempt, f.state, f.worker_id, f.started_at, f.finished_at, f.error
      FROM finished_job f WHERE f.id = %(id)s AND f.started_at IS NOT NULL) a
LEFT JOIN worker w ON w.id = a.worker_id ORDER BY a.attempt
"""

_PARENTS = """
SELECT p.execution_id, p.key, coalesce(workers.job_state(p.id), '') AS state, d.on_failure
FROM job_dependency d JOIN job p ON p.id = d.parent_id WHERE d.child_id = %(id)s ORDER BY p.id LIMIT %(limit)s
"""

# of this execution: re-runs have edges to it as well
_CHILDREN = """
SELECT c.execution_id, c.key, coalesce(workers.job_state(c.id), '') AS state, d.on_failure
FROM job_dependency d JOIN job c ON c.id = d.child_id
WHERE d.parent_id = %(id)s AND c.execution_id = (SELECT j.execution_id FROM job j WHERE j.id = %(id)s)
ORDER BY c.id LIMIT %(limit)s
"""
