"""How much longer a run may take. What searches a text again after each match asks before each."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .refusals import Unfit

TOO_SLOW = "The pipeline takes too long"

_until: ContextVar[float] = ContextVar("transform_until", default=math.inf)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Ends what runs inside after as many seconds of this thread's processor: a busy machine shortens nothing. Within
    another one, the earlier holds."""
    ends = time.thread_time() + seconds
    token = _until.set(min(ends, _until.get()))
    try:
        yield
    finally:
        _until.reset(token)


def require_time() -> None:
    """Raises `Unfit` after the deadline."""
    if time.thread_time() > _until.get():
        raise Unfit(TOO_SLOW)
