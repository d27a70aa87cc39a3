"""What the code of a job imports: the registry of handlers, and with it the claim and the exceptions of an attempt.

    @handler("month_end.post", max_attempts=3, backoff_seconds=1.0)
    def post_range(claim: Claim) -> dict[str, Any] | None: ...

A handler runs in a thread of a runtime worker with Django's connection in autocommit; one that is `async` runs in that
thread's event loop. What it returns is the job's output (JSON). How it ends otherwise:

- `Permanent`: the job fails, without another attempt.
- `Stopped`: the job goes back unfinished and the attempt is not counted; for handlers that saw `claim.should_stop()`.
- `PutOff`: the job goes back and is due at the moment that it names; the attempt is not counted either.
- `StaleClaim` (SQLSTATE TU001): the claim was taken away; the runtime drops it.
- any other exception: another attempt after a backoff, until `max_attempts`.

`prefetch` is for jobs of a millisecond or less: a slot takes that many of them at once and runs them one after another,
an async handler all together. A handler with `max_batch_size` gets a list of claims and returns their outputs in the
same order; what it raises ends the attempts of all of them, and it has a timeout, the longest of theirs, when each of
them has one. Both have a price: jobs that wait behind another in the same slot can't be taken by an idle worker. An
`eager` one waits for more claims only while every slot of the worker is taken; `tune` changes size and wait while it
runs.

`internal` types belong to the product: its own code submits them and its own workers run them. The API takes no such
job, hands none to a remote worker, and cancels or repeats no execution that has one.

Handlers register themselves: an app's `jobs` module is imported by its AppConfig.ready().
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from project.postgres.errors import StaleClaim
from workers.attempt import Claim, Permanent, PutOff, Stopped

__all__ = [
    "Claim",
    "Handler",
    "Permanent",
    "PutOff",
    "StaleClaim",
    "Stopped",
    "handler",
    "is_internal",
    "prefetches",
    "registered",
    "tune",
    "types",
]

Output = dict[str, Any] | None
Work = (
    Callable[[Claim], Output]
    | Callable[[Claim], Awaitable[Output]]
    | Callable[[list[Claim]], Sequence[Output]]
    | Callable[[list[Claim]], Awaitable[Sequence[Output]]]
)
AnyWork = TypeVar("AnyWork", bound=Work)


@dataclass(frozen=True, kw_only=True)
class Handler:
    """A job type and how it is run unless a job says otherwise."""

    type: str
    work: Work
    max_attempts: int
    backoff_seconds: float
    timeout_seconds: float | None
    prefetch: int = 1
    max_batch_size: int | None = None
    max_wait_ms: float = 0.0
    eager: bool = False
    internal: bool = False

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.work)

    @property
    def chunk(self) -> int:
        """How many jobs a slot takes at once."""
        return self.max_batch_size or self.prefetch


_handlers: dict[str, Handler] = {}


def handler(
    type: str,  # noqa: A002  the word of the domain
    *,
    max_attempts: int = 3,
    backoff_seconds: float = 1.0,
    timeout_seconds: float | None = None,
    prefetch: int = 1,
    max_batch_size: int | None = None,
    max_wait_ms: float = 0.0,
    eager: bool = False,
    internal: bool = False,
) -> Callable[[AnyWork], AnyWork]:
    """Registers a function for a job type. The second attempt waits `backoff_seconds`, each further one twice that.

    With `max_batch_size` the function gets lists of up to so many claims; a list that isn't full waits `max_wait_ms`
    for more, an `eager` one only while no slot of the worker is idle. Raises ValueError for options that make no sense
    and for a type that has another handler.
    """
    if prefetch < 1 or (max_batch_size is not None and max_batch_size < 1) or max_wait_ms < 0:
        raise ValueError(f'Handler of "{type}": prefetch and max_batch_size are 1 or more, max_wait_ms 0 or more.')

    def register(work: AnyWork) -> AnyWork:
        known = _handlers.get(type)
        if known is not None and _place(known.work) != _place(work):
            raise ValueError(f'The job type "{type}" has two handlers: {known.work.__module__} and {work.__module__}.')
        _handlers[type] = Handler(
            type=type,
            work=work,
            max_attempts=max_attempts,
            backoff_seconds=backoff_seconds,
            timeout_seconds=timeout_seconds,
            prefetch=prefetch,
            max_batch_size=max_batch_size,
            max_wait_ms=max_wait_ms,
            eager=eager,
            internal=internal,
        )
        return work

    return register


def _place(work: Work) -> tuple[str, str]:
    return work.__module__, work.__qualname__


def tune(type: str, *, max_batch_size: int, max_wait_ms: float) -> bool:  # noqa: A002
    """Other sizes and waits for a handler of lists, in this process from the next list on; whether the size is another.

    How many jobs a worker claims at once is in its registration: `workers.services.set_prefetch`.
    """
    known = _handlers[type]
    assert known.max_batch_size is not None
    _handlers[type] = replace(known, max_batch_size=max_batch_size, max_wait_ms=max_wait_ms)
    return known.max_batch_size != max_batch_size


def registered(type: str) -> Handler | None:  # noqa: A002
    """The handler of a job type, or None."""
    return _handlers.get(type)


def types() -> list[str]:
    """All job types that this process can run."""
    return sorted(_handlers)


def prefetches() -> dict[str, int]:
    """How many jobs a slot takes at once, for the types where that is more than one."""
    return {name: found.chunk for name, found in sorted(_handlers.items()) if found.chunk > 1}


def is_internal(type: str) -> bool:  # noqa: A002
    """Whether only the product's own code may submit jobs of this type."""
    known = _handlers.get(type)
    return known is not None and known.internal
