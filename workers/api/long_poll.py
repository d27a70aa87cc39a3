"""Long polls without a thread or a database connection: a view that has nothing yet leaves word what to try again.

    request.scope[LATER] = Later(...)   # in the view, which then answers as if the time were over

The server holds that answer back until a try gives another one or the time is over.
"""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from workers.api.lobby import Lobby

LATER = "tutup.later"
THREADS = 4  # that try; each takes a connection of the pool for as long as a poll lasts

Message = Mapping[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


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


class LongPolls:
    """ASGI middleware around Django."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lobby = Lobby()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="long-poll")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept: list[Message] = []

        async def send_or_keep(message: Message) -> None:
            if LATER in scope:
                kept.append(message)
            else:
                await send(message)

        await self._application(scope, receive, send_or_keep)
        if kept:
            try:
                answer = await self._wait(scope[LATER], receive)
            except asyncio.CancelledError:  # the server stops: for those who wait the time is over
                answer = None
            for message in _replaced(kept, answer) if answer else kept:
                await send(message)

    async def _wait(self, later: Later, receive: Receive) -> Answer | None:
        end = time.monotonic() + later.seconds
        gone: asyncio.Future[Any] = asyncio.ensure_future(
            receive()
        )  # the body was read: what is left to come is the end of the connection
        try:
            with self._lobby.waiting(later.worker_id, later.serves, later.queues) as waiter:
                while await _woken(waiter.woken, gone, end):
                    waiter.woken.clear()
                    answer = await self._attempted(later)
                    if answer is not None:
                        waiter.found = True
                        return await self._delivered(later, answer, gone)
        finally:
            gone.cancel()
        return None

    async def _delivered(self, later: Later, answer: Answer, gone: "asyncio.Future[Any]") -> Answer | None:
        if not gone.done():
            return answer
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


def _replaced(kept: list[Message], answer: Answer) -> list[Message]:
    """The view's answer with another status and body."""
    start = dict(kept[0])
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    start |= {"status": answer.status, "headers": [*headers, (b"Content-Length", str(len(answer.body)).encode())]}
    return [start, {"type": "http.response.body", "body": answer.body}]
