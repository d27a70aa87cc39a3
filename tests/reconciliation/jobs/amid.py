"""Something that happens while a job runs, and how often what it breaks is tried again."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from reconciliation.jobs import compare
from workers import handlers


def attempts(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Of every step that reads."""
    for name in ("plan", "compare", "confirm"):
        known = handlers.registered(f"reconciliation.{name}")
        assert known is not None
        monkeypatch.setitem(handlers._handlers, known.type, replace(known, max_attempts=most, backoff_seconds=0.2))


def amid(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object], *, before: int = 2) -> None:
    """Has it happen once, when both sides are open for the third range (number 2) of the four that are planned."""
    examine, read = compare.examine, count()

    def reading(*given):
        if next(read) == before:
            happens()
        return examine(*given)

    monkeypatch.setattr(compare, "examine", reading)
    monkeypatch.setattr("reconciliation.jobs.plan.rows_of_range", lambda *_, **__: 10)
