"""Long polls without a thread or a database connection: a view that has nothing yet leaves word what to try again.

    request.scope[LATER] = Later(...)   # in the view, which then answers as if the time were over

The server holds that answer back until a try gives another one or the time is over.
"""

import asyncio
import contextvars
import time
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from project.api.holding import Application, Better, HoldsBack, Receive, disconnection
from workers.api.lobby import Lobby

LATER = "tutup.later"
THREADS = 4  # that try; each takes a connection of the pool for as long as a poll lasts


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a try found, as an HTTP answer. `undo` is called when the client has gone meanwhile."""

    status: int
    body: bytes
    undo: Callable[[], object] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Later:
    """How to go on: `attempt` gives None while there is nothing. Of requests that `serve` the same one tries first."""

    attempt: Callable[[], Answer | None]
    seconds: float
    worker_id: int
    serves: Hashable
    queues: Collection[str]
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


class LongPolls(HoldsBack[Later]):
    """ASGI middleware around Django."""

    key = LATER

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._lobby = Lobby()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="long-poll")

    async def better(self, later: Later, receive: Receive) -> Better | None:
        """What a try finds."""
        end = time.monotonic() + later.seconds
        with (
            disconnection(receive) as gone,
            self._lobby.waiting(later.worker_id, later.serves, later.queues) as waiter,
        ):
            while await _woken(waiter.woken, gone, end):
                waiter.woken.clear()
                answer = await self._attempted(later)
                if answer is not None:
                    waiter.found = True
                    return await self._delivered(later, answer, gone)
        return None

    async def _delivered(self, later: Later, answer: Answer, gone: "asyncio.Future[Any]") -> Better | None:
        if not gone.done():
            return Better(status=answer.status, body=answer.body)
        await _finished(self._in_thread(later, answer.undo))
        return None

    async def _attempted(self, later: Later) -> Answer | None:
        """One try. Nothing can stop its thread: when the server stops meanwhile, what it found is undone."""
        trying = self._in_thread(later, later.attempt)
        try:
            return await asyncio.shield(trying)
        except asyncio.CancelledError:
            answer = await _finished(trying)
            if answer is not None:
                await _finished(self._in_thread(later, answer.undo))
            raise

    def _in_thread(self, later: Later, work: Callable[[], Any]) -> "asyncio.Future[Any]":
        def run() -> Any:
            try:
                return later.context.copy().run(work)
            finally:
                connections.close_all()

        return asyncio.get_running_loop().run_in_executor(self._threads, run)


async def _finished(work: "asyncio.Future[Any]") -> Any:
    """Its result, however often we are told to stop meanwhile."""
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(work)
    return work.result()


async def _woken(woken: asyncio.Event, gone: "asyncio.Future[Any]", end: float) -> bool:
    """False when the time is over or the client has gone."""
    waiting: asyncio.Future[Any] = asyncio.ensure_future(woken.wait())
    try:
        left = max(end - time.monotonic(), 0.0)
        await asyncio.wait({waiting, gone}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        return waiting.done() and not gone.done()
    finally:
        waiting.cancel()
