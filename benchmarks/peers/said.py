"""What a peer in Python tells the benchmark, a line at a time; runs in the peers' own environment."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

Work = Callable[[int], Coroutine[Any, Any, None]]


def payload(number: int) -> dict[str, Any]:
    """About a hundred bytes of JSON, the same for every queue."""
    return {"to": f"customer-{number:08}", "subject": "Your yearly statement is ready", "copies": 1}


def chunks(jobs: int, size: int) -> list[list[dict[str, Any]]]:
    """Payloads of so many jobs, in parts of what is enqueued at once."""
    return [[payload(number) for number in range(first, min(first + size, jobs))] for first in range(0, jobs, size)]


def say(line: object) -> None:
    print(line, flush=True)


def say_done(jobs: int) -> None:
    """So many are done, by now."""
    say(f"{jobs} {time.monotonic_ns()}")


async def start() -> None:
    """Says that this worker is ready, and waits for the start."""
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)


def main(fill: Work, drain: Work) -> None:
    """Runs `fill JOBS` or `drain CONCURRENCY`."""
    command, count = sys.argv[1], int(sys.argv[2])
    asyncio.run({"fill": fill, "drain": drain}[command](count))
