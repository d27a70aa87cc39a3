"""A worker driven one routine call at a time, and other things that several tests need."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import psycopg
from django.db import connections
from psycopg.rows import dict_row

from project.postgres import sql
from workers.claims import Result, Run, poll
from workers.models import Execution, FinishedJob
from workers.services import Dependency, JobSpec, submit

CLAIM_FIELDS = (
    "job_id", "fence", "execution_id", "key", "name", "type", "queue", "payload", "attempt", "timeout_seconds",
    "last_error", "checkpoint",
)  # fmt: skip


class Hand:
    """Claims and reports as the test says. It has no session: only the lease's time tells when it is lost."""

    def __init__(self, name: str = "hand", *, slots: int = 100, lease_seconds: float = 30.0, **options: Any) -> None:
        given = {"p_queues": None, "p_types": None, **{f"p_{option}": value for option, value in options.items()}}
        self.id: int = sql.value(
            f"SELECT workers.register_worker(%(name)s, 'test', %(pid)s, %(slots)s, p_lease_seconds => %(lease)s,"
            f" p_session => false, {', '.join(f'{option} => %({option})s' for option in given)})",
            {"name": name, "pid": os.getpid(), "slots": slots, "lease": lease_seconds, **given},
        )

    def claim(self, slots: int = 100, *, session: psycopg.Connection[Any] | None = None) -> list[dict[str, Any]]:
        """`session`: claim in this one, and so within its transaction and from its marks."""
        return self._poll(slots, run=rows_of(session) if session else sql.rows)

    def complete(self, *jobs: dict[str, Any], output: Any = None, slots: int = 0) -> list[dict[str, Any]]:
        """Returns what was refused, and what was claimed with it."""
        text = json.dumps(output)
        return self._poll(slots, [Result(outcome="completed", output=text, **_named(job)) for job in jobs])

    def end(self, *jobs: dict[str, Any], outcome: Any = "retry", error: str = "it broke", slots: int = 0) -> list[Any]:
        return self._poll(slots, [Result(outcome=outcome, error=error, **_named(job)) for job in jobs])

    def sweep(self) -> None:
        self._poll(0, sweep=True)

    def _poll(
        self, slots: int, results: Sequence[Result] = (), *, sweep: bool = False, run: Run = sql.rows
    ) -> list[dict[str, Any]]:
        answer = poll(run, self.id, slots, results, sweep=sweep)
        refused = [{"answer": "refused", "job_id": job, "fence": fence} for job, fence in answer.refused]
        claimed = [{field: getattr(claim, field) for field in CLAIM_FIELDS} for claim in answer.claims]
        return refused + [{"answer": "claimed", **claim} for claim in claimed]


def rows_of(session: psycopg.Connection[Any]) -> Run:
    return lambda query, params: session.cursor(row_factory=dict_row).execute(query, params).fetchall()


def _named(job: dict[str, Any]) -> dict[str, int]:
    return {"job_id": job["job_id"], "fence": job["fence"]}


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


def heard(session: psycopg.Connection) -> list[str]:
    """What came to this session, which listens to `workers`, up to now."""
    session.execute("NOTIFY workers, 'that is all'")
    payloads = (notice.payload for notice in session.notifies(timeout=60))
    return list(takewhile(lambda payload: payload != "that is all", payloads))


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)


@contextmanager
def own_session(**options: Any) -> Iterator[psycopg.Connection]:
    """A connection beside the test's."""
    with psycopg.connect(os.environ["DATABASE_URL"], **{"autocommit": True, **options}) as connection:
        yield connection
