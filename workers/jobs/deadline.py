"""Work that must not hold a slot beyond its time, however slowly the other side sends."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from workers.handlers import Claim

LOOK_SECONDS = 0.1  # at the claim

Done = TypeVar("Done")


def within(seconds: float, work: Coroutine[Any, Any, Done], claim: Claim) -> Done:
    """Its result. Raises `httpx.ReadTimeout` after so long in all, and `Stopped` when the claim is lost meanwhile."""
    return asyncio.run(_within(seconds, work, claim))


async def _within(seconds: float, work: Coroutine[Any, Any, Done], claim: Claim) -> Done:
    end = time.monotonic() + seconds
    task = asyncio.create_task(work)  # cancelled with the loop when this ends before it
    while not task.done():
        claim.stop_if_asked()
        left = end - time.monotonic()
        if left <= 0:
            raise httpx.ReadTimeout("The answer took longer than timeoutSeconds.")
        await asyncio.wait([task], timeout=min(left, LOOK_SECONDS))
    return task.result()
