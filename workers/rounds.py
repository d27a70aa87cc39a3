"""What must be looked after by the clock, several times a second at most, and is too little for a job of the engine.

    @every(0.25)
    def expire() -> None: ...

The process that leads the schedules calls it, in turn with them, in autocommit; so one process at a time does. It must
be short, and harmless when two do it.
"""

import time
from collections.abc import Callable

import structlog
from django.db import connections

from project.postgres.errors import passes

__all__ = ["Rounds", "every"]

log = structlog.get_logger("workers")

Work = Callable[[], None]

_registered: dict[Work, float] = {}


def every(seconds: float) -> Callable[[Work], Work]:
    """Registers a function that is called so often, while any process leads."""

    def register(work: Work) -> Work:
        _registered[work] = seconds
        return work

    return register


class Rounds:
    """The leading thread's own record of when it called what."""

    def __init__(self) -> None:
        self._due: dict[Work, float] = {}

    def run(self) -> None:
        """Calls what is due. A function that raises is called again when it is due the next time."""
        for work, seconds in _registered.items():
            if time.monotonic() >= self._due.get(work, 0.0):
                self._run(work)
                self._due[work] = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until something is due; infinite without anything."""
        now = time.monotonic()
        return max(min((self._due.get(work, now) - now for work in _registered), default=float("inf")), 0.0)

    def _run(self, work: Work) -> None:
        name = f"{work.__module__}.{work.__qualname__}"
        try:
            work()
        except Exception as error:  # one that fails must not keep schedules and the others from their turn
            if passes(error):
                log.warning("a round failed; the next one tries again", round=name, error=str(error).strip())
            else:
                log.exception("a round failed; the next one tries again", round=name)
        finally:
            connections.close_all()
