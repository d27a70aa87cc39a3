"""The ring of Murmur3 tokens in half-open ranges, (lower, upper]. No partition has the first token of all."""

import random
from collections.abc import Iterator
from itertools import pairwise

from reconciliation.sources.protocol import Bounds

FIRST, LAST = -(1 << 63), (1 << 63) - 1
RING = 1 << 64
MOST = 10_000  # ranges of one table

_random = random.SystemRandom()


def closed(bounds: Bounds) -> tuple[int, int]:
    """Both ends as tokens."""
    return FIRST if bounds.lower is None else int(bounds.lower), LAST if bounds.upper is None else int(bounds.upper)


def wire(bounds: Bounds) -> list[bytes]:
    """Both ends as Cassandra takes them."""
    return [token.to_bytes(8, "big", signed=True) for token in closed(bounds)]


def even(count: int) -> list[Bounds]:
    """The whole ring in so many ranges of the same size; the first and the last are unbounded."""
    count = max(1, min(count, MOST))
    cuts = [None, *(FIRST + RING * number // count for number in range(1, count)), None]
    return [Bounds(lower, upper) for lower, upper in pairwise(cuts)]


def halves(bounds: Bounds) -> list[Bounds]:
    """Two of the same size; the range alone when it is a single token."""
    lower, upper = closed(bounds)
    if upper - lower < 2:
        return [bounds]
    middle = (lower + upper) // 2
    return [Bounds(bounds.lower, middle), Bounds(middle, bounds.upper)]


def windows(count: int, share: float) -> Iterator[Bounds]:
    """That share of the ring in so many windows, evenly apart from a random start: each token is in one as likely."""
    width = min(round(RING / count * share), RING // count)
    start = _random.randrange(RING)
    for number in range(count):
        lower = (start + RING * number // count) % RING
        upper = lower + width
        if upper <= RING:
            yield Bounds(FIRST + lower, min(FIRST + upper, LAST))
        else:
            yield Bounds(FIRST + lower, None)
            yield Bounds(None, FIRST + upper - RING)


def token() -> int:
    """Any."""
    return _random.randrange(FIRST, LAST)


def some(keys: list[tuple[bytes, ...]], count: int) -> list[tuple[bytes, ...]]:
    """So many of them at random."""
    return _random.sample(keys, count) if len(keys) > count else keys
