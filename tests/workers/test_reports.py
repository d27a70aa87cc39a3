"""Results that the database can't take, or can't take now: none of the others is lost with them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from project.postgres import sql
from tests.workers.hands import graph, job, status, wait_for
from workers.claims import Answer, Result
from workers.handlers import Claim, Permanent, handler
from workers.models import FinishedJob
from workers.runtime import Runtime, drain, liveness, poller
from workers.runtime.board import Board
from workers.runtime.poller import Poller
from workers.runtime.sessions import Session, session

END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'tutup-worker%'
"""


@handler("test.half_a_character", max_attempts=1)
def half_a_character(claim: Claim) -> None:
    raise (Permanent if claim.payload["permanent"] else ValueError)("\ud83d no \0")


@pytest.mark.parametrize(("permanent", "kept"), [(False, "ValueError: ? no "), (True, "? no ")])
def test_an_error_text_that_is_not_unicode_is_kept_as_far_as_it_can_be(permanent: bool, kept: str) -> None:
    execution = graph(job("a", type="test.half_a_character", payload={"permanent": permanent}))
    drain()
    assert status(execution) == "failed"
    assert FinishedJob.objects.get().error == kept


class Database:
    """Stands in for the server: answers each report with the next of `errors`, None being success."""

    def __init__(self, *errors: psycopg.Error | None) -> None:
        self.errors = list(errors)
        self.reported: list[list[tuple[int, str]]] = []

    def poll(self, _run: Any, _worker: int, _slots: int, results: Sequence[Result] = (), **_: Any) -> Answer:
        self.reported.append([(result.job_id, result.outcome) for result in results])
        if error := self.errors.pop(0):
            raise error
        return Answer()


REFUSED, GONE = psycopg.errors.UntranslatableCharacter(), psycopg.OperationalError("gone")
RESULTS = [Result(1, 1, "completed"), Result(2, 1, "fail", error="no"), Result(3, 1, "release")]


def report(monkeypatch: pytest.MonkeyPatch, *errors: psycopg.Error | None) -> tuple[Database, list[tuple[int, str]]]:
    """What was sent to a server that answers so, and what is left to report."""
    database, board = Database(*errors), Board(1)
    monkeypatch.setattr(poller, "poll", database.poll)
    board.put_back(RESULTS)
    with pytest.raises(psycopg.Error):
        Poller(board, 1.0, lambda: None)._round(None)
    return database, [(result.job_id, result.outcome) for result in board.take_results()]


def test_nothing_is_lost_when_the_server_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    _, left = report(monkeypatch, GONE)
    assert left == [(1, "completed"), (2, "fail"), (3, "release")]


def test_a_refused_result_keeps_no_other_from_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    database, left = report(monkeypatch, REFUSED, REFUSED, None, None, None)
    assert database.reported[1:] == [[(1, "completed")], [(1, "retry")], [(2, "fail")], [(3, "release")]]
    assert left == []


def test_a_refused_failure_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    database, left = report(monkeypatch, REFUSED, None, REFUSED, None, REFUSED, None)
    assert database.reported[2:] == [[(2, "fail")], [(2, "fail")], [(3, "release")], [(3, "release")]]
    assert left == []


def test_a_result_that_can_not_be_reported_in_any_way_is_dropped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    database, left = report(monkeypatch, REFUSED, REFUSED, REFUSED, None, None)
    assert database.reported[3:] == [[(2, "fail")], [(3, "release")]]
    assert left == []


@pytest.mark.parametrize("before", [(), (REFUSED,)])
def test_the_rest_waits_when_the_server_goes_meanwhile(
    monkeypatch: pytest.MonkeyPatch, before: tuple[psycopg.Error, ...]
) -> None:
    _, left = report(monkeypatch, REFUSED, None, *before, GONE)
    assert left == [(2, "fail"), (3, "release")]


def test_a_worker_outlives_a_server_that_takes_no_changes_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    standby = threading.Event()

    @contextmanager
    def guarded(name: str) -> Iterator[Session]:
        with session(name) as connection:
            if standby.is_set():
                connection.execute("SET default_transaction_read_only = on")
            yield connection

    for module in (liveness, poller):
        monkeypatch.setattr(module, "session", guarded)
    execution = graph(*(job(str(n), type="sleep", payload={"seconds": 0.05}) for n in range(20)))
    runtime = Runtime(slots=2).start()
    try:
        wait_for(FinishedJob.objects.exists, "the first")
        standby.set()
        sql.rows(END_SESSIONS)
        wait_for(lambda: not runtime.is_present, "the session to be gone")
        time.sleep(0.5)
        standby.clear()
        sql.rows(END_SESSIONS)
        wait_for(lambda: status(execution) == "completed", "all of them")
    finally:
        runtime.stop()
