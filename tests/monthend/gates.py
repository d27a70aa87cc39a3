"""Holding a close at a chosen place: before a job runs, or in the middle of a statement."""

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

import pytest

from workers import handlers
from workers.handlers import Claim

PATIENCE = 60.0

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


def replace_work(
    monkeypatch: pytest.MonkeyPatch, kind: str, change: Callable[[Work], Work], *, backoff_seconds: float | None = None
) -> None:
    """For this test, jobs of a type do something else, and perhaps wait less between attempts."""
    known = handlers._handlers[kind]
    backoff = known.backoff_seconds if backoff_seconds is None else backoff_seconds
    changed = dataclasses.replace(known, work=change(known.work), backoff_seconds=backoff)
    monkeypatch.setitem(handlers._handlers, kind, changed)
