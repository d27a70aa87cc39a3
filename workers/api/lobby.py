"""Where requests wait for jobs: woken by the database's notifications, heard by one session of this process."""

import asyncio
from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager

import psycopg

from project.postgres.listening import Listener

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
        self._listener = Listener(
            "tutup-lobby",
            ("workers", "workers_gone"),
            wanted=lambda: bool(self._groups),
            opened=self._wake_all,
            heard=self._heard,
            look=self._look,
            seconds=LOOK_SECONDS,
        )

    @contextmanager
    def waiting(self, worker_id: int, serves: Hashable, queues: Collection[str]) -> Iterator[Waiter]:
        """A place in the lobby. It is woken at once when the session listens already: work may have come before."""
        waiter = Waiter(worker_id, serves, queues)
        self._groups.setdefault(serves, []).append(waiter)
        if self._listener.hears:
            waiter.woken.set()
        self._listener.start()
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

    def _wake_all(self) -> None:
        for group in self._groups.values():
            group[0].woken.set()

    async def _look(self, session: psycopg.AsyncConnection) -> None:
        """There may be no runtime worker that sweeps within its polls."""
        await session.execute("SELECT workers.sweep()")
        self.wake({name for (name,) in await (await session.execute(DUE)).fetchall()})

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
