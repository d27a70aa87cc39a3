"""Hearing the database's notifications: one session for all that happens in an event loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import psycopg
import structlog
from django.db import connections

RETRY_SECONDS = 1.0

log = structlog.get_logger("database")


class Listener:
    """Hears `channels` while somebody wants to, in a session of its own outside the pool, which is made again when it
    breaks. All that it is given is called in the event loop of `start`.

    `opened` follows each (re)connection: what was notified before is lost, so look at everything. `look` is called
    every `seconds` with the session, as a backstop.
    """

    def __init__(
        self,
        name: str,
        channels: Sequence[str],
        *,
        wanted: Callable[[], bool],
        opened: Callable[[], None],
        heard: Callable[[psycopg.Notify], None],
        look: Callable[[psycopg.AsyncConnection], Awaitable[None]],
        seconds: float,
    ) -> None:
        self._name = name
        self._channels = channels
        self._wanted = wanted
        self._opened = opened
        self._heard = heard
        self._look = look
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None
        self.hears = False

    def start(self) -> None:
        """Begin, unless it hears already. It ends by itself when nobody wants it as it looks: whoever comes soon after
        the last one finds it there."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while self._wanted():
            try:
                async with await _session(self._name) as session:
                    for channel in self._channels:
                        await session.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
                    self.hears = True
                    self._opened()
                    await self._hear(session)
            except psycopg.Error as error:
                log.warning("a listening session ended; trying again", session=self._name, error=str(error).strip())
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                self.hears = False

    async def _hear(self, session: psycopg.AsyncConnection) -> None:
        next_look = time.monotonic() + self._seconds
        while True:
            left = next_look - time.monotonic()
            async for heard in session.notifies(timeout=max(left, 0.0), stop_after=1):
                self._heard(heard)
            if time.monotonic() >= next_look:
                if not self._wanted():
                    return
                await self._look(session)
                next_look = time.monotonic() + self._seconds


async def _session(name: str) -> psycopg.AsyncConnection:
    parameters = connections["default"].get_connection_params()
    for only_django in ("cursor_factory", "context", "prepare_threshold", "pool"):
        parameters.pop(only_django, None)
    parameters["application_name"] = name
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
