"""Writes of the engine: submit executions, add jobs to them, cancel them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import User
from psycopg.types.json import Jsonb

from project.postgres import sql
from workers import handlers
from workers.handlers import Claim
from workers.models import Execution

DEFAULT_QUEUE = "default"
# for job types that this process has no handler of
MAX_ATTEMPTS = 3
BACKOFF_SECONDS = 1.0


@dataclass(frozen=True)
class Dependency:
    """A job to wait for, and what to do when it fails or is cancelled."""

    key: str
    on_failure: Literal["cancel", "fail", "ignore"] = "cancel"


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """A job to submit. `key` is its name within the execution; options left out come from the handler of its type."""

    key: str
    type: str
    payload: dict[str, Any] = field(default_factory=dict)
    depends_on: tuple[Dependency | str, ...] = ()
    queue: str = DEFAULT_QUEUE
    priority: str = "normal"
    max_attempts: int | None = None
    backoff_seconds: float | None = None
    timeout_seconds: float | None = None
    run_at: datetime | None = None


def submit(
    *,
    workflow: str,
    jobs: Sequence[JobSpec],
    queue: str = DEFAULT_QUEUE,
    parallelism: int | None = None,
    actor: User | None = None,
) -> Execution:
    """Makes an execution of these jobs, all or nothing, and wakes the workers; at most `parallelism` of them run at
    once.

    `queue` is for jobs that name none. Raises `InvalidRequest` naming the job for an empty list, duplicate keys,
    unknown or repeated dependencies, cycles, and options out of range.
    """
    execution_id = sql.routine_value(
        "workers.submit", workflow, Jsonb(_documents(jobs, queue)), parallelism, actor.pk if actor else None
    )
    return Execution.objects.get(pk=execution_id)


def add_jobs(*, claim: Claim, jobs: Sequence[JobSpec]) -> None:
    """Adds jobs to the execution of a running job, in one transaction that its claim fences.

    They may depend on any job of the execution, the running one included. Raises `StaleClaim` when the claim is gone,
    and what `submit` raises.
    """
    sql.routine("workers.add_jobs", claim.fence, claim.job_id, Jsonb(_documents(jobs, DEFAULT_QUEUE)))


def cancel(*, execution_id: int, reason: str) -> None:
    """Cancels an execution: waiting jobs at once, active ones by taking their claims, so that their fence fails.

    Waits for a chunk that runs under such a claim. An execution that has ended stays as it is. Raises `NotFound`.
    """
    sql.routine("workers.cancel_execution", execution_id, reason)


def restart_job(*, execution_id: int, key: str, reason: str) -> bool:
    """Takes an active job away from its worker; it runs again as another attempt whose `last_error` is the reason.

    False for a job that isn't active. Raises `NotReady` when a chunk that runs under the claim doesn't end soon.
    """
    return bool(sql.routine_value("workers.restart_job", execution_id, key, reason))


def _documents(jobs: Sequence[JobSpec], queue: str) -> list[dict[str, Any]]:
    return [_document(job, queue) for job in jobs]


def _document(job: JobSpec, queue: str) -> dict[str, Any]:
    known = handlers.registered(job.type)
    document: dict[str, Any] = {
        "key": job.key,
        "type": job.type,
        "payload": job.payload,
        "queue": queue if job.queue == DEFAULT_QUEUE else job.queue,
        "priority": job.priority,
        "max_attempts": _first(job.max_attempts, known.max_attempts if known else MAX_ATTEMPTS),
        "backoff_seconds": _first(job.backoff_seconds, known.backoff_seconds if known else BACKOFF_SECONDS),
        "timeout_seconds": _first(job.timeout_seconds, known.timeout_seconds if known else None),
    }
    if job.run_at is not None:
        document["run_at"] = job.run_at.isoformat()
    if job.depends_on:
        edges = (edge if isinstance(edge, Dependency) else Dependency(edge) for edge in job.depends_on)
        document["depends_on"] = [{"key": edge.key, "on_failure": edge.on_failure} for edge in edges]
    return document


def _first(chosen: float | None, default: float | None) -> float | None:
    return default if chosen is None else chosen
