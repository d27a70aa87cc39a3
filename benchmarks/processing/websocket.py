"""From a change of a batch to the message about it, with hundreds of sockets open on one serving process.

The time runs from before the transaction that changes the batch until the message has come, in milliseconds. `own_*`:
each socket follows a batch of its own, and one after another changes. `shared_*`: all follow the same, so that each
change is a message to every one; the percentiles are those of all messages. No workers run: the changes are made as
they make them, at even distances.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from statistics import quantiles
from typing import Any

import uvloop
from django.db import connections

from batches.processor.management.commands.register_model import register_sample
from batches.processor.models import InferenceBatch
from batches.processor.services import submit
from benchmarks.connection import PATIENCE_SECONDS
from benchmarks.engine_parts.bench import Bench
from benchmarks.processing import items, ours
from benchmarks.processing.ours import Ours
from benchmarks.processing.sockets import Socket
from benchmarks.server import product
from project.postgres import sql

OWN_APART, SHARED_APART = 0.02, 0.25  # seconds
LOOK_SECONDS = 0.01
SHARED_ITEMS = 1000  # which change ten times, a part of them each time
BEGIN = "SELECT processor.begin_parts(ARRAY[%s]::bigint[], ARRAY[1], ARRAY[]::int[])"
RECORD = """
SELECT processor.record_parts(NULL, ARRAY[%s]::bigint[], ARRAY[%s]::int[], ARRAY[%s]::int[], ARRAY[0], ARRAY[0.0],
  ARRAY['[]'], ARRAY[NULL]::text[])"""

Key = tuple[str, str, int]  # batch, status, items that are done: what a message tells
Change = tuple[Key, Callable[[], object]]


def measure(bench: Bench) -> dict[str, Any]:
    count = bench.options.sockets
    register_sample()
    with product(API_RATE_PER_MINUTE="0") as (address, _):
        served = Ours(address, ours.new_secret())
        own = [_submitted(1) for _ in range(count)]
        shared = [_submitted(SHARED_ITEMS) for _ in range(bench.options.shared)]
        steps = [list(_changes(batch)) for batch in own]
        bench.wait_for_quiet()
        found = {"own": uvloop.run(_times(served, [[batch] for batch in own], _in_turn(steps), OWN_APART))}
        bench.wait_for_quiet()
        changes = [change for batch in shared for change in _changes(batch)]
        found["shared"] = uvloop.run(_times(served, [shared] * count, changes, SHARED_APART))
    figures: dict[str, Any] = {}
    for name, times in found.items():
        cuts = quantiles(times, n=100, method="inclusive")
        figures |= {f"{name}_messages": len(times), f"{name}_p50_ms": cuts[49], f"{name}_p99_ms": cuts[98]}
    return {name: round(figure, 1) for name, figure in figures.items()}


def _submitted(number: int) -> InferenceBatch:
    data = [items.item(place) for place in range(number)]
    return submit(items=data, priority="normal", timeout_ms=ours.TIMEOUT_MS)


def _changes(batch: InferenceBatch) -> Iterator[Change]:
    """A worker begins with it, and records one part after another."""
    yield (batch.batch_id, "processing", 0), lambda: sql.execute(BEGIN, [batch.pk])
    for number, done in enumerate(accumulate(batch.part_sizes), start=1):
        parameters = [batch.pk, number, batch.part_sizes[number - 1]]
        status = "completed" if done == batch.total else "processing"
        yield (batch.batch_id, status, done), lambda given=parameters: sql.execute(RECORD, given)  # type: ignore[misc]


def _in_turn(steps: Sequence[Sequence[Change]]) -> list[Change]:
    """The first of each, then the second."""
    return [change for several in zip(*steps, strict=True) for change in several]


async def _times(
    served: Ours, followed: Sequence[Sequence[InferenceBatch]], changes: Sequence[Change], apart: float
) -> list[float]:
    """Milliseconds of each message to sockets that follow these batches, while these changes are made."""
    watching = Watching({key[0]: key for key, _ in changes})
    sockets = [await Socket.open(served.address, served.secret, watching.heard) for _ in followed]
    for socket, batches in zip(sockets, followed, strict=True):
        for batch in batches:
            socket.follow(batch.batch_id)
    await _until(lambda: watching.greetings == sum(map(len, followed)), "sockets aren't told how batches stand")
    await watching.make(changes, apart)
    await _until(lambda: watching.ends == sum(map(len, followed)), "messages don't come")
    for socket in sockets:
        socket.close()
    return watching.milliseconds


class Watching:
    """When each change began, and how long each message about one took. Changes that follow each other closely may come
    as one message; the `last` of each batch always comes."""

    def __init__(self, last: Mapping[str, Key]) -> None:
        self.milliseconds: list[float] = []
        self.greetings = 0  # about how a batch stood before
        self.ends = 0
        self._last = last
        self._began: dict[Key, float] = {}
        self._thread = ThreadPoolExecutor(1)

    async def make(self, changes: Sequence[Change], apart: float) -> None:
        for key, change in changes:
            due = asyncio.create_task(asyncio.sleep(apart))
            self._began[key] = time.perf_counter()
            await asyncio.get_running_loop().run_in_executor(self._thread, change)
            await due
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)

    def heard(self, message: dict[str, Any], at: float) -> None:
        key = message["batch_id"], message["status"], message["completed_requests"]
        began = self._began.get(key)
        if began is None:
            self.greetings += 1
        else:
            self.milliseconds.append((at - began) * 1000)
            self.ends += key == self._last[key[0]]


async def _until(condition: Callable[[], bool], complaint: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{complaint} within {PATIENCE_SECONDS:.0f} s.")
        await asyncio.sleep(LOOK_SECONDS)
