"""What is submitted: jobs and their dependencies, and the documents that the routines of submission take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workers import handlers

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


def documents(jobs: Sequence[JobSpec], queue: str) -> list[dict[str, Any]]:
    """The jobs as workers.insert_jobs takes them. `queue` is for jobs that name none."""
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
