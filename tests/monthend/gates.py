"""Holding a close at a chosen place: before a job runs, or in the middle of a statement."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from workers import handlers
from workers.handlers import Claim

PATIENCE = 20.0

Work = Callable[[Claim], dict[str, Any] | None]


class Gate:
    """Jobs of one type wait here before they begin, until `open`. A runtime that stops passes them."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    def wait_until_reached(self) -> None:
        """A job stands at the gate."""
        assert self._reached.wait(PATIENCE), "no job came to the gate"

    def open(self) -> None:
        self._open.set()

    def wrap(self, work: Work) -> Work:
        def waiting(claim: Claim) -> dict[str, Any] | None:
            self._reached.set()
            while not self._open.wait(0.01):
                claim.stop_if_asked()
            return work(claim)

        return waiting


def replace_work(monkeypatch: pytest.MonkeyPatch, kind: str, change: Callable[[Work], Work]) -> None:
    """For this test, jobs of a type do something else."""
    known = handlers._handlers[kind]
    monkeypatch.setitem(handlers._handlers, kind, dataclasses.replace(known, work=change(known.work)))


@contextmanager
def locked(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """Whoever wants to write to the table waits until the block ends."""
    with connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield
