"""Where requests wait for jobs: woken by the database's notifications, heard by one session of this process."""

import asyncio
import time
from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager

import psycopg
import structlog
from django.db import connections

log = structlog.get_logger("workers")

LOOK_SECONDS = 1.0  # backstop for jobs that become due, and for what was not heard
WOKEN_NEXT = 2  # whoever found work wakes so many others: there may be more
LOOKS_AGAIN = (0.02, 0.1)  # seconds after a notification: of several transactions at once only one notifies


class Waiter:
    """One request that waits. Of those that can serve the same, one at a time is woken."""

    def __init__(self, worker_id: int, serves: Hashable, queues: Collection[str]) -> None:
        self.worker_id = worker_id
        self.serves = serves
        self.queues = queues
        self.woken = asyncio.Event()
        self.found = False


class Lobby:
    """The waiting requests of this process. Everything happens in the server's event loop, so nothing needs a lock."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, list[Waiter]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._hears = False

    @contextmanager
    def waiting(self, worker_id: int, serves: Hashable, queues: Collection[str]) -> Iterator[Waiter]:
        """A place in the lobby. It is woken at once when the session listens already: work may have come before."""
        waiter = Waiter(worker_id, serves, queues)
        self._groups.setdefault(serves, []).append(waiter)
        if self._hears:
            waiter.woken.set()
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        try:
            yield waiter
        finally:
            self._leave(waiter)

    def wake(self, queues: Collection[str]) -> None:
        """One waiter of each group that serves any of these queues."""
        for group in self._groups.values():
            if "*" in group[0].queues or not set(queues).isdisjoint(group[0].queues):
                group[0].woken.set()

    def dismiss(self, worker_id: int) -> None:
        """The waiters of a worker that is registered no longer: they will be told so."""
        for group in self._groups.values():
            for waiter in group:
                if waiter.worker_id == worker_id:
                    waiter.woken.set()

    def _leave(self, waiter: Waiter) -> None:
        group = self._groups[waiter.serves]
        group.remove(waiter)
        for other in group[: WOKEN_NEXT if waiter.found else int(waiter.woken.is_set())]:
            other.woken.set()
        if not group:
            del self._groups[waiter.serves]

    async def _listen(self) -> None:
        """Until nobody has waited for a while. A session that breaks is made again."""
        while self._groups:
            try:
                async with await _session() as session:
                    await session.execute("LISTEN workers")
                    await session.execute("LISTEN workers_gone")
                    self._hears = True
                    for group in self._groups.values():
                        group[0].woken.set()
                    await self._hear(session)
            except psycopg.Error as error:
                log.warning("the session that hears of jobs ended; trying again", error=str(error).strip())
                await asyncio.sleep(LOOK_SECONDS)
            finally:
                self._hears = False

    async def _hear(self, session: psycopg.AsyncConnection) -> None:
        next_look = time.monotonic() + LOOK_SECONDS
        while self._groups:
            left = next_look - time.monotonic()
            async for heard in session.notifies(timeout=max(left, 0.0), stop_after=1):
                self._heard(heard)
            if time.monotonic() >= next_look:
                # there may be no runtime worker that does this within its polls
                await session.execute("SELECT workers.sweep()")
                self.wake({name for (name,) in await (await session.execute(DUE)).fetchall()})
                next_look = time.monotonic() + LOOK_SECONDS

    def _heard(self, heard: psycopg.Notify) -> None:
        if heard.channel == "workers_gone":
            self.dismiss(int(heard.payload))
            return
        self.wake({heard.payload})
        for seconds in LOOKS_AGAIN:
            asyncio.get_running_loop().call_later(seconds, self.wake, {heard.payload})


DUE = """
SELECT q.name FROM queue q WHERE EXISTS (
  SELECT FROM lane l WHERE l.queue_id = q.id AND NOT l.internal AND EXISTS (
    SELECT FROM ready r WHERE r.lane_id = l.id AND r.run_at <= now()))
"""


async def _session() -> psycopg.AsyncConnection:
    """A connection of its own, outside the pool."""
    parameters = connections["default"].get_connection_params()
    for only_django in ("cursor_factory", "context", "prepare_threshold", "pool"):
        parameters.pop(only_django, None)
    parameters["application_name"] = "tutup-lobby"
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
