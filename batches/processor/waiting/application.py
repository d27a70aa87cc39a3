"""ASGI middleware around the API: holds answers back until batches have ended."""

import asyncio
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import Error, connections

from batches.processor.queries.results import documents
from batches.processor.waiting.preference import LATER, Later
from batches.processor.websocket.watch import Watch
from project.api.holding import Application, Better, HoldsBack, Receive, disconnection

log = structlog.get_logger("processor")

APPLIED = (b"Preference-Applied", b"wait")


class Waits(HoldsBack[Later]):
    """The requests of this process that wait. Everything happens in the server's event loop."""

    key = LATER

    def __init__(self, application: Application, watch: Watch) -> None:
        super().__init__(application)
        self._watch = watch
        self._wanted: dict[str, asyncio.Future[bytes | None]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="results")

    async def better(self, later: Later, receive: Receive) -> Better | None:
        """The results; None also when they can't be read."""
        with disconnection(receive) as gone, self._watch.end_of(later.batch_id) as end:
            await asyncio.wait([end, gone], timeout=later.seconds, return_when=asyncio.FIRST_COMPLETED)
        found = await self._read(later.batch_id) if end.done() else None
        return Better(status=200, body=found, without=[b"retry-after"], more=[APPLIED]) if found else None

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


def read(batch_ids: Collection[str]) -> Mapping[str, bytes]:
    """The documents of those that have ended, by name."""
    try:
        return documents(batch_ids)
    finally:
        connections.close_all()  # back to the pool
