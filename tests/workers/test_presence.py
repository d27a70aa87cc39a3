"""A worker whose session is away claims nothing: any other worker would take it for lost, at the cost of an attempt."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from project.postgres import sql
from tests.monthend.closing import wait_until
from workers import services
from workers.runtime import Runtime, liveness
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
