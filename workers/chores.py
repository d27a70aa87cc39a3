"""Housekeeping for the rooms that own the data: each declares its chore beside what it is about.

    @chore("example")
    def forget(session: Session, late: Callable[[], bool]) -> int: ...

A chore removes what is past its retention, a block in a transaction, and returns how many rows. Once `late()` is true
it returns; the next pass goes on. One process at a time does it, in a session of its own in autocommit.
"""

from collections.abc import Callable

import psycopg
from psycopg.rows import DictRow

__all__ = ["Chore", "Session", "chore", "declared"]

Session = psycopg.Connection[DictRow]
Chore = Callable[[Session, Callable[[], bool]], int]

_declared: dict[str, Chore] = {}


def chore(name: str) -> Callable[[Chore], Chore]:
    """Declares one. Raises ValueError for a name that another one has."""

    def register(work: Chore) -> Chore:
        if _declared.setdefault(name, work) is not work:
            raise ValueError(f'There are two chores "{name}".')
        return work

    return register


def declared() -> dict[str, Chore]:
    """All that this process knows, by name."""
    return dict(_declared)
