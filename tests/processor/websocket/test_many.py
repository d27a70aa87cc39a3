"""Many sockets, and the one session and the one reader behind them."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from batches.processor.websocket import states, watch
from project.access.roles import Role
from project.postgres import sql
from tests.processor.websocket.sockets import begin, end, record, secret_of, submitted
from tests.workers.hands import wait_for

SOCKETS = 60
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tutup-updates' AND datname = current_database()"
)


@pytest.fixture
def reads(monkeypatch) -> list[set[str]]:
    """What was read at once, in order."""
    asked: list[set[str]] = []
    read = states.read

    def noting(batch_ids):
        asked.append(set(batch_ids))
        return read(batch_ids)

    monkeypatch.setattr(states, "read", noting)
    return asked


def test_all_that_follow_a_batch_are_told_by_one_read_and_one_session(open_socket, reads):
    batch = submitted()
    sockets = [open_socket() for _ in range(SOCKETS)]
    for socket in sockets:
        socket.subscribe(batch.batch_id)
    assert {socket.next()["status"] for socket in sockets} == {"queued"}
    wait_for(lambda: sql.value(SESSIONS) == 1, "the session that listens")
    before = len(reads)
    end(batch)
    assert {socket.until("completed")[-1]["progress"] for socket in sockets} == {1.0}
    assert 1 <= len(reads) - before < SOCKETS / 2  # it began and it ended; now and then it looks by itself


def test_what_changes_at_once_is_read_at_once(open_socket, reads, monkeypatch):
    monkeypatch.setattr(watch, "APART", 1000)
    monkeypatch.setattr(watch, "MOST_APART_SECONDS", 1.0)
    batches = [submitted() for _ in range(40)]
    sockets = [open_socket() for _ in batches]
    for socket, batch in zip(sockets, batches, strict=True):
        socket.subscribe(batch.batch_id)
    for socket, batch in zip(sockets, batches, strict=True):
        assert socket.next()["batch_id"] == batch.batch_id
    reads.clear()
    for batch in batches:
        end(batch)
    for socket in sockets:
        socket.until("completed")
    assert max(map(len, reads)) > 1
    assert len(reads) < len(batches)


def test_each_is_told_the_end_once_however_much_happens(open_socket):
    batches = [submitted(300) for _ in range(8)]
    sockets = [open_socket() for _ in range(16)]
    for socket in sockets:
        socket.subscribe(*[batch.batch_id for batch in batches])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, batches))
    for socket in sockets:
        ends: Counter[str] = Counter()
        progress: dict[str, float] = {}
        while len(ends) < len(batches):
            told = socket.next()
            assert told["progress"] >= progress.get(told["batch_id"], 0.0)
            progress[told["batch_id"]] = told["progress"]
            ends[told["batch_id"]] += told["status"] == "completed"
            ends += Counter()
        assert set(ends.values()) == {1}
        assert socket.is_quiet()


def run(batch) -> None:
    from django.db import connections

    begin(batch)
    for number in (1, 2, 3):
        record(batch, number)
    connections.close_all()


def test_what_happens_while_the_session_is_broken_is_told_when_it_is_back(socket):
    batch = submitted()
    socket.subscribe(batch.batch_id)
    socket.next()
    wait_for(lambda: sql.value(SESSIONS) == 1, "the session that listens")
    sql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tutup-updates'")
    # nobody is notified of this
    sql.execute("UPDATE inference_batch SET status = 'completed', completed = total, completed_at = now()")
    assert socket.next()["status"] == "completed"


def test_a_read_that_fails_is_tried_again(socket, monkeypatch):
    from django.db import OperationalError

    monkeypatch.setattr(watch, "AGAIN_SECONDS", 0.05)
    failed = threading.Semaphore(3)
    read = states.read

    def failing(batch_ids):
        if failed.acquire(blocking=False):
            raise OperationalError("the database is gone")
        return read(batch_ids)

    monkeypatch.setattr(states, "read", failing)
    batch = submitted()
    socket.subscribe(batch.batch_id)
    assert socket.next()["status"] == "queued"
    assert not failed.acquire(blocking=False)


def test_nobody_listens_when_nobody_follows(open_socket, monkeypatch):
    with open_socket(key=secret_of("bob", Role.INTEGRATOR)) as socket:
        batch = submitted(owner="bob")
        socket.subscribe(batch.batch_id)
        socket.next()
        wait_for(lambda: sql.value(SESSIONS) == 1, "the session that listens")
    wait_for(lambda: sql.value(SESSIONS) == 0, "its end", watch.LOOK_SECONDS + 60)
