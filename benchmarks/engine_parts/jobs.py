"""The benchmark's job types: they do nothing, and give a result that is kept."""

import time

from workers.handlers import Claim, handler

NOOP = "benchmark.noop"
CLOCK = "benchmark.clock"


def noop(_claim: Claim) -> dict[str, bool]:
    """The same answer as the peers' handlers give."""
    return {"ok": True}


def register(prefetch: int) -> None:
    """From now on a slot takes so many of them at once."""
    handler(NOOP, prefetch=prefetch)(noop)


@handler(CLOCK)
def clock(_claim: Claim) -> dict[str, int]:
    """When it was started, on the machine's monotonic clock."""
    return {"at": time.monotonic_ns()}
