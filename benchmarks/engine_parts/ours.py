"""Our own side: the product as a program like the peers', and what its database says."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.peers.program import PATIENCE_SECONDS, Program, go
from benchmarks.server import ROOT

LOOK_SECONDS = 0.002
OPEN = "SELECT count(*) FROM execution WHERE completed_at IS NULL"


@dataclass(frozen=True)
class Ours(Program):
    """The product on one database."""

    address: str = ""

    @classmethod
    def on(cls, address: str) -> "Ours":
        command = (sys.executable, "-m", "benchmarks.engine_parts.product")
        return cls(command, {"DATABASE_URL": address, "PYTHONPATH": str(ROOT)}, address)

    def drain(self, jobs: int, concurrency: int, processes: int) -> float:
        """Seconds from the start of the workers until every execution has ended, as another session sees it."""
        with self.workers(concurrency, processes) as started, self.session() as session:
            began = time.monotonic()
            go(started)
            wait_for_end(session)
            return time.monotonic() - began

    @contextmanager
    def working(self, concurrency: int = 100, processes: int = 2) -> Iterator[None]:
        """Worker processes that run what comes, and wait for the first thing to do."""
        with self.workers(concurrency, processes) as started, self.session() as session:
            live = "SELECT count(*) FROM workers.live_workers()"
            expected = value(session, live) + processes
            go(started)
            until(lambda: bool(value(session, live) >= expected), "the workers don't come up")
            yield

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection]:
        """A session of the benchmark's own."""
        with psycopg.connect(self.address, autocommit=True, application_name="benchmark") as connection:
            yield connection


def wait_for_end(session: psycopg.Connection) -> None:
    """Until no execution is open."""
    until(lambda: value(session, OPEN) == 0, "executions don't end")


def newest(session: psycopg.Connection) -> int:
    """The id of the newest execution."""
    return int(value(session, "SELECT coalesce(max(id), 0) FROM execution"))


def value(session: psycopg.Connection, query: str, *params: Any) -> Any:
    """The first column of the first row."""
    record = session.execute(query, params or None).fetchone()
    return record[0] if record else None


def until(condition: Any, complaint: str, *, look_seconds: float = LOOK_SECONDS) -> None:
    """Raises TimeoutError with the complaint when the condition does not come true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{complaint} within {PATIENCE_SECONDS:.0f} s.")
        time.sleep(look_seconds)
