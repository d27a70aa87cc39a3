"""A worker whose session is away claims nothing: any other worker would take it for lost, at the cost of an attempt."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django.db
import psycopg
import pytest
from django.utils import timezone

from project.postgres import sql
from tests.monthend.closing import wait_until
from tests.workers.hands import graph, job
from workers import services
from workers.handlers import Claim, handler
from workers.models import FinishedJob, Worker
from workers.runtime import Runtime, liveness, poller
from workers.runtime.board import Board
from workers.runtime.liveness import Liveness
from workers.runtime.registration import Registration
from workers.runtime.sessions import Session, session

HOLDER = """
SELECT pg_terminate_backend(k.pid) FROM pg_locks k WHERE k.locktype = 'advisory' AND k.classid = 1 AND k.objid = %s
  AND k.granted AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is set, the session that proves a worker alive can't be made."""
    shut = threading.Event()

    @contextmanager
    def guarded(name: str) -> Iterator[Session]:
        if shut.is_set():
            raise psycopg.OperationalError("no way in")
        with session(name) as connection:
            yield connection

    monkeypatch.setattr(liveness, "session", guarded)
    return shut


may_end = threading.Event()


@handler("test.held")
def held(claim: Claim) -> None:
    while not may_end.wait(0.01) and not claim.should_stop():
        pass


def attempts(execution: Any) -> list[int]:
    found = sql.rows(
        "SELECT f.attempt FROM finished_job f JOIN job j ON j.id = f.id WHERE j.execution_id = %s", [execution.pk]
    )
    return [row["attempt"] for row in found]


def test_it_claims_again_once_its_session_is_back(away: threading.Event) -> None:
    runtime = Runtime(slots=1, poll_seconds=0.05).start()
    try:
        wait_until(lambda: runtime.worker_id is not None)
        away.set()
        sql.rows(HOLDER, [runtime.worker_id])
        wait_until(lambda: not runtime.is_present)
        execution = services.submit(workflow="test", jobs=[services.JobSpec(key="a", type="noop")])
        threading.Event().wait(0.4)
        assert sql.value("SELECT count(*) FROM lease") == 0
        away.clear()
        wait_until(lambda: bool(attempts(execution)))
        assert attempts(execution) == [1]
    finally:
        runtime.stop()


def test_claims_of_the_old_id_are_given_up_with_it_and_cost_the_new_ones_nothing(away: threading.Event) -> None:
    may_end.clear()
    old = graph(*(job(str(n), type="test.held") for n in range(3)))
    runtime = Runtime(slots=4, poll_seconds=0.05, lease_seconds=6.0).start()
    try:
        wait_until(lambda: runtime._board.running_count == 3)
        first = runtime.worker_id
        away.set()
        sql.rows(HOLDER, [first])
        wait_until(lambda: not runtime.is_present)
        sql.execute("UPDATE worker SET stopped_at = now(), stop_reason = 'test'")
        new = graph(job("new", type="test.held"))
        away.clear()
        wait_until(lambda: any(claim.worker_id not in (None, first) for claim in runtime._board.open_claims()))
        before = timezone.now()
        wait_until(lambda: Worker.objects.get(pk=runtime.worker_id).last_heartbeat > before)
        again = timezone.now()
        wait_until(lambda: Worker.objects.get(pk=runtime.worker_id).last_heartbeat > again)
        may_end.set()
        wait_until(lambda: bool(attempts(new)) and len(attempts(old)) == 3)
        assert attempts(new) == [1]
    finally:
        may_end.set()
        runtime.stop()


@pytest.mark.parametrize(
    "error",
    [psycopg.errors.UndefinedFunction, psycopg.errors.ReadOnlySqlTransaction, django.db.ProgrammingError],
)
def test_a_worker_waits_for_a_database_that_is_not_ready_for_it(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    failures = {liveness: 3, poller: 3}

    def failing(module: Any) -> Any:
        @contextmanager
        def guarded(name: str) -> Iterator[Session]:
            with session(name) as connection:
                failures[module] -= 1
                if failures[module] >= 0:
                    raise error("not yet")
                yield connection

        return guarded

    for module in (liveness, poller):
        monkeypatch.setattr(module, "session", failing(module))
    runtime = Runtime(slots=1).start()
    try:
        execution = services.submit(workflow="test", jobs=[services.JobSpec(key="a", type="noop")])
        wait_until(lambda: FinishedJob.objects.filter(job__execution=execution).exists())
    finally:
        runtime.stop()


def test_nobody_waits_for_a_session_that_does_not_look() -> None:
    about = Registration(name="test", slots=1, queues=("*",), lease_seconds=30)
    hung = Liveness(Board(1), about, lambda _: None)

    def call() -> None:
        for _ in range(10_000):
            hung.look()

    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    caller.join(60)
    assert not caller.is_alive()
    hung.end()
    hung.run()
    hung.look()
