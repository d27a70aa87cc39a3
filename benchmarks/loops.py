"""Load in a loop: closed, where each client goes on when it has its answer, and paced, whatever the answers do."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

Work = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Flight:
    """How many answers came in how long."""

    answers: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


async def closed(works: Sequence[Work], seconds: float) -> Flight:
    """Each of these again and again for so long; what has begun by then is waited for, and counts."""
    began = time.perf_counter()
    done = sum(await asyncio.gather(*(_until(began + seconds, work) for work in works)))
    return Flight(done, time.perf_counter() - began)


async def _until(end: float, work: Work) -> int:
    done = 0
    while time.perf_counter() < end:
        await work()
        done += 1
    return done


async def paced(works: Sequence[Work], rate: float, seconds: float) -> list[float]:
    """Milliseconds from the moment that each was due to its end: `rate` a second, at even distances.

    One that finds all of the works taken waits for the first that ends, and its time runs.
    """
    idle: asyncio.Queue[Work] = asyncio.Queue()
    for work in works:
        idle.put_nowait(work)
    began = time.perf_counter()
    return await asyncio.gather(*(_when_due(began + number / rate, idle) for number in range(int(rate * seconds))))


async def _when_due(due: float, idle: "asyncio.Queue[Work]") -> float:
    await asyncio.sleep(due - time.perf_counter())
    work = await idle.get()
    await work()
    idle.put_nowait(work)
    return (time.perf_counter() - due) * 1000
