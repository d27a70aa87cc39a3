"""ASGI middleware around the API: holds answers back until batches have ended."""

import asyncio
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import Error, connections

from batches.processor.queries.results import documents
from batches.processor.waiting.preference import LATER, Later
from batches.processor.websocket.states import State
from batches.processor.websocket.watch import Watch
from workers.api.long_poll import Application, Message, Receive, Scope, Send

log = structlog.get_logger("processor")


class Waits:
    """The requests of this process that wait. Everything happens in the server's event loop."""

    def __init__(self, application: Application, watch: Watch) -> None:
        self._application = application
        self._watch = watch
        self._wanted: dict[str, asyncio.Future[bytes | None]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="results")

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
                found = await self._results(scope[LATER], receive)
            except asyncio.CancelledError:  # the server stops: for those who wait the time is over
                found = None
            for message in _replaced(kept, found) if found else kept:
                await send(message)

    async def _results(self, later: Later, receive: Receive) -> bytes | None:
        """None when the time is over, the client has gone, or they can't be read."""
        ended = End()
        # the body was read: what is left to come is the end of the connection
        gone: asyncio.Future[Any] = asyncio.ensure_future(receive())
        self._watch.follow(later.batch_id, ended)
        try:
            await asyncio.wait([ended.known, gone], timeout=later.seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            self._watch.leave(later.batch_id, ended)
        return await self._read(later.batch_id) if ended.known.done() else None

    async def _read(self, batch_id: str) -> bytes | None:
        """With those of all that have ended while others were read."""
        found = self._wanted.get(batch_id)
        if found is None:
            found = self._wanted[batch_id] = asyncio.get_running_loop().create_future()
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_all())
        return await asyncio.shield(found)

    async def _read_all(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            found: Mapping[str, bytes] = {}
            try:
                found = await asyncio.get_running_loop().run_in_executor(self._thread, read, list(wanted))
            except Error as error:
                log.warning("results can't be read; their clients have to ask again", error=str(error).strip())
            for batch_id, future in wanted.items():
                future.set_result(found.get(batch_id))


class End:
    """Follows a batch to its end, or until there is no such batch any more."""

    def __init__(self) -> None:
        self.known: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def tell(self, _batch_id: str, state: State | None) -> None:
        """As `Follower`."""
        if (state is None or state.final) and not self.known.done():
            self.known.set_result(None)


def read(batch_ids: Collection[str]) -> Mapping[str, bytes]:
    """The documents of those that have ended, by name."""
    try:
        return documents(batch_ids)
    finally:
        connections.close_all()  # back to the pool


def _replaced(kept: list[Message], body: bytes) -> list[Message]:
    """The view's answer with the results as its body."""
    left_out = {b"content-length", b"retry-after"}
    headers = [(name, value) for name, value in kept[0]["headers"] if name.lower() not in left_out]
    headers += [(b"Content-Length", str(len(body)).encode()), (b"Preference-Applied", b"wait")]
    return [{**kept[0], "status": 200, "headers": headers}, {"type": "http.response.body", "body": body}]
