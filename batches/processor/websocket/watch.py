"""Which batches are followed in this process, or waited for, and the one reader that tells those who follow them."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
import structlog
from django.db import Error, connections

from batches.processor.websocket import states
from batches.processor.websocket.states import State
from project.postgres.listening import Listener

CHANGED = "processor_batch"  # notified with the batch_id in each transaction that changes a batch
ENDED = "processor_batch_ended"  # and in the one that ends it
HEARD = 1_000  # ends that are remembered: a batch may end before the request that submitted it waits for its end
UNHEARD_SECONDS = 0.05  # a batch whose end nobody heard is read so soon
MOST_APART_SECONDS = 0.02  # between reads: what changes meanwhile is read together
APART = 3  # times as long as the last read took, so that reads never take more than a quarter of the time
AGAIN_SECONDS = 1.0  # after a read that failed
LOOK_SECONDS = 10.0  # backstop for what was not heard

log = structlog.get_logger("processor")


class Follower(Protocol):
    """Who follows batches."""

    def tell(self, batch_id: str, state: State | None) -> None:
        """How a batch stands; None when there is no such batch."""


class Watch:
    """The followers of this process. Everything happens in the server's event loop, so nothing needs a lock."""

    def __init__(self) -> None:
        self._followers: defaultdict[str, set[Follower]] = defaultdict(set)
        self._ends: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self._ended_lately: deque[str] = deque(maxlen=HEARD)
        self._due: set[str] = set()
        self._reader: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batch-updates")
        self._listener = Listener(
            "tutup-updates",
            (CHANGED, ENDED),
            wanted=lambda: bool(self._followers or self._ends),
            opened=self._all_changed,
            heard=self._heard,
            look=self._look,
            seconds=LOOK_SECONDS,
        )

    def follow(self, batch_id: str, follower: Follower) -> None:
        """Tell the follower how the batch stands now, and from now on."""
        self._followers[batch_id].add(follower)
        self._listener.start()
        self._changed(batch_id)

    def leave(self, batch_id: str, follower: Follower) -> None:
        """Tell the follower no more about this batch."""
        _discard(self._followers, batch_id, follower)

    @contextmanager
    def end_of(self, batch_id: str) -> "Iterator[asyncio.Future[None]]":
        """Done once the batch has ended, or there is no such batch any more. Nothing is read when the end is heard."""
        loop = asyncio.get_running_loop()
        end = loop.create_future()
        self._ends[batch_id].add(end)
        self._listener.start()
        too_early = batch_id in self._ended_lately
        unheard = loop.call_later(0.0 if too_early else UNHEARD_SECONDS, self._read_soon, batch_id)
        try:
            yield end
        finally:
            unheard.cancel()
            _discard(self._ends, batch_id, end)

    def _heard(self, heard: psycopg.Notify) -> None:
        if heard.channel == ENDED:
            self._ended_lately.append(heard.payload)
            _finish(self._ends.get(heard.payload, ()))
        else:
            self._changed(heard.payload)

    def _changed(self, batch_id: str) -> None:
        if batch_id in self._followers:
            self._read_soon(batch_id)

    def _all_changed(self) -> None:
        self._read_soon(*self._followers, *self._ends)

    async def _look(self, _session: psycopg.AsyncConnection) -> None:
        self._all_changed()

    def _read_soon(self, *batch_ids: str) -> None:
        self._due.update(batch_ids)
        if self._due and (self._reader is None or self._reader.done()):
            self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """One read at a time, so that nobody is told a state after a newer one."""
        while self._due:
            due, self._due = self._due, set()
            # who follows only from now on may have seen more than this read will
            asking = {batch_id: list(self._followers.get(batch_id, ())) for batch_id in due}
            waiting = {batch_id: list(self._ends.get(batch_id, ())) for batch_id in due}
            began = time.monotonic()
            try:
                found = await self._states(due)
                took = time.monotonic() - began
            except Error as error:
                log.warning("batches can't be read; trying again", error=str(error).strip())
                self._due |= due
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            for batch_id in due:
                state = found.get(batch_id)
                for follower in asking[batch_id]:
                    follower.tell(batch_id, state)
                if state is None or state.final:
                    _finish(waiting[batch_id])
            await asyncio.sleep(min(APART * took, MOST_APART_SECONDS))

    async def _states(self, batch_ids: set[str]) -> Mapping[str, State]:
        def read() -> Mapping[str, State]:
            try:
                return states.read(batch_ids)
            finally:
                connections.close_all()  # back to the pool

        return await asyncio.get_running_loop().run_in_executor(self._thread, read)


def _finish(ends: "Iterable[asyncio.Future[None]]") -> None:
    for end in ends:
        if not end.done():
            end.set_result(None)


def _discard(sets: MutableMapping[str, set[Any]], batch_id: str, one: object) -> None:
    """Without the set when it was the last one."""
    sets[batch_id].discard(one)
    if not sets[batch_id]:
        del sets[batch_id]
