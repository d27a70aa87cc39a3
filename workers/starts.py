"""What a worker process prepares beside its first jobs, since it takes long and would else make one of them wait.

    @at_start(queue="images")
    def load_images() -> None: ...

It is called once in each process that serves the queue, in a thread of its own, in autocommit. Jobs don't wait for it.
"""

from collections.abc import Callable

import structlog
from django.db import connections

__all__ = ["at_start", "run"]

log = structlog.get_logger("workers")

Work = Callable[[], None]

_registered: dict[Work, str] = {}


def at_start(*, queue: str) -> Callable[[Work], Work]:
    """Registers a function for the processes that serve a queue."""

    def register(work: Work) -> Work:
        _registered[work] = queue
        return work

    return register


def run(serves: Callable[[str], bool]) -> None:
    """Calls what is registered for the queues that this process serves. What fails is logged: jobs find out as well."""
    for work, queue in _registered.items():
        if not serves(queue):
            continue
        try:
            work()
        except Exception:
            log.exception("a preparation failed", preparation=f"{work.__module__}.{work.__qualname__}")
        finally:
            connections.close_all()
