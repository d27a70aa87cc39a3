"""A worker driven one routine call at a time, and other things that several tests need."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg.types.json import Jsonb

from project.postgres import sql
from workers.models import Execution, FinishedJob
from workers.services import Dependency, JobSpec, submit


class Hand:
    """Claims and reports as the test says. It has no session: only the lease's time tells when it is lost."""

    def __init__(self, name: str = "hand", *, slots: int = 100, lease_seconds: float = 30.0, **options: Any) -> None:
        queues, types = options.get("queues", ["default"]), options.get("types")
        self.id: int = sql.routine_value(
            "workers.register_worker", name, "test", os.getpid(), slots, queues, types, lease_seconds, False
        )

    def claim(self, slots: int = 100) -> list[dict[str, Any]]:
        return self._poll(slots)

    def complete(self, *jobs: dict[str, Any], output: Any = None, slots: int = 0) -> list[dict[str, Any]]:
        """Returns what was refused, and what was claimed with it."""
        ordered = sorted(jobs, key=lambda job: (job["fence"], job["job_id"]))
        outputs = None if output is None else Jsonb([output] * len(jobs))
        return self._poll(slots, [job["job_id"] for job in ordered], [job["fence"] for job in ordered], outputs)

    def end(self, *jobs: dict[str, Any], outcome: str = "retry", error: str = "it broke", slots: int = 0) -> list[Any]:
        failures = [{"job": job["job_id"], "fence": job["fence"], "outcome": outcome, "error": error} for job in jobs]
        return self._poll(slots, None, None, None, Jsonb(failures))

    def sweep(self) -> None:
        self._poll(0, None, None, None, None, True)

    def _poll(self, slots: int, *results: Any) -> list[dict[str, Any]]:
        answers = sql.routine("workers.poll", self.id, slots, *results)
        return [one for one in answers if one["answer"] != "busy"]


def keys(jobs: list[dict[str, Any]]) -> list[str]:
    return sorted(job["key"] for job in jobs)


def graph(*jobs: JobSpec, **options: Any) -> Execution:
    return submit(workflow="test", jobs=jobs, **options)


def job(key: str, *parents: str | Dependency, **options: Any) -> JobSpec:
    return JobSpec(**{"key": key, "type": "noop", "depends_on": parents, **options})


def states(execution: Execution) -> dict[str, str]:
    """The final state of each finished job, by key."""
    finished = FinishedJob.objects.filter(job__execution=execution)
    return dict(finished.values_list("job__key", "state"))


def status(execution: Execution) -> str:
    execution.refresh_from_db()
    return execution.status


def nothing_left() -> bool:
    """The hot tables are empty: every job is finished."""
    return not sql.value(
        "SELECT EXISTS (SELECT FROM ready) OR EXISTS (SELECT FROM held) OR EXISTS (SELECT FROM lease) "
        "OR EXISTS (SELECT FROM blocked)"
    )


def beside(work: Callable[..., Any], *args: Any, **kwargs: Any) -> threading.Thread:
    """Runs `work` in a started thread that leaves no connection open."""

    def run() -> None:
        try:
            work(*args, **kwargs)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)


@contextmanager
def own_session(**options: Any) -> Iterator[psycopg.Connection]:
    """A connection beside the test's."""
    with psycopg.connect(os.environ["DATABASE_URL"], **{"autocommit": True, **options}) as connection:
        yield connection
