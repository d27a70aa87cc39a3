"""Which batches are followed in this process, and the one reader that tells those who follow them."""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import psycopg
import structlog
from django.db import Error, connections

from batches.processor.websocket import states
from batches.processor.websocket.states import State
from project.postgres.listening import Listener

CHANNEL = "processor_batch"  # notified with the batch_id in each transaction that changes a batch
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
        self._followers: dict[str, set[Follower]] = {}
        self._due: set[str] = set()
        self._reader: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batch-updates")
        self._listener = Listener(
            "tutup-updates",
            (CHANNEL,),
            wanted=lambda: bool(self._followers),
            opened=self._all_changed,
            heard=lambda heard: self._changed(heard.payload),
            look=self._look,
            seconds=LOOK_SECONDS,
        )

    def follow(self, batch_id: str, follower: Follower) -> None:
        """Tell the follower how the batch stands now, and from now on."""
        self._followers.setdefault(batch_id, set()).add(follower)
        self._listener.start()
        self._changed(batch_id)

    def leave(self, batch_id: str, follower: Follower) -> None:
        """Tell the follower no more about this batch."""
        followers = self._followers.get(batch_id, set())
        followers.discard(follower)
        if not followers:
            self._followers.pop(batch_id, None)

    def _changed(self, batch_id: str) -> None:
        if batch_id in self._followers:
            self._due.add(batch_id)
            self._read_soon()

    def _all_changed(self) -> None:
        self._due.update(self._followers)
        self._read_soon()

    async def _look(self, _session: psycopg.AsyncConnection) -> None:
        self._all_changed()

    def _read_soon(self) -> None:
        if self._due and (self._reader is None or self._reader.done()):
            self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """One read at a time, so that nobody is told a state after a newer one."""
        while self._due:
            due, self._due = self._due, set()
            # who follows only from now on may have seen more than this read will
            asking = {batch_id: list(self._followers.get(batch_id, ())) for batch_id in due}
            began = time.monotonic()
            try:
                found = await self._states(due)
                took = time.monotonic() - began
            except Error as error:
                log.warning("batches can't be read; trying again", error=str(error).strip())
                self._due |= due
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            for batch_id, followers in asking.items():
                for follower in followers:
                    follower.tell(batch_id, found.get(batch_id))
            await asyncio.sleep(min(APART * took, MOST_APART_SECONDS))

    async def _states(self, batch_ids: set[str]) -> Mapping[str, State]:
        def read() -> Mapping[str, State]:
            try:
                return states.read(batch_ids)
            finally:
                connections.close_all()  # back to the pool

        return await asyncio.get_running_loop().run_in_executor(self._thread, read)
