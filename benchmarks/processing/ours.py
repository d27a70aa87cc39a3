"""The product: served with its default workers, and the programs of those who submit to it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvloop

from batches.processor.management.commands.register_model import register_sample
from benchmarks.connection import PATIENCE_SECONDS, Connection, host_of, request
from benchmarks.processing import items
from benchmarks.processing.sockets import Socket
from benchmarks.server import ROOT, announced
from project.access import keys
from project.access.roles import Role

API = "/api/batch-processor"
TIMEOUT_MS = 300_000
WAIT_SECONDS = 60
WARM_ITEMS, WARM_SUBMISSIONS = 100, 3
ENDED = {"completed", "failed", "cancelled", "expired"}


@dataclass(frozen=True)
class Ours:
    """A running product with the sample model, and a key that may submit and configure."""

    address: str
    secret: str

    name = "ours"

    async def clients(self, count: int, number: int) -> list[Callable[[], Awaitable[Any]]]:
        """So many programs that submit so many items and wait for the results; each has a connection of its own."""
        sent = self.request("submit", items.body(number, timeout_ms=TIMEOUT_MS), prefer=f"wait={WAIT_SECONDS}")
        return [partial((await Connection.open(self.address)).ask, sent) for _ in range(count)]

    def request(self, path: str, body: bytes | None = None, prefer: str = "") -> bytes:
        return request(host_of(self.address), f"{API}/{path}", body, secret=self.secret, prefer=prefer)

    async def configure(self, **settings: Any) -> None:
        connection = await Connection.open(self.address)
        await connection.ask(self.request("configure", json.dumps(settings).encode()))
        connection.close()


class ToldOurs(Ours):
    """The same, as a client of the contract uses it: submit, be told of the end over a WebSocket, get the results."""

    name = "ours_told"

    async def clients(self, count: int, number: int) -> list[Callable[[], Awaitable[Any]]]:
        """Each has a connection of its own, and all follow their batches over one socket."""
        updates = await Updates.open(self)
        sent = self.request("submit", items.body(number, timeout_ms=TIMEOUT_MS))
        return [Told(self, await Connection.open(self.address), updates, sent).submit for _ in range(count)]


@dataclass(frozen=True)
class Told:
    """Submits the same items again and again."""

    ours: Ours
    connection: Connection
    updates: "Updates"
    sent: bytes

    async def submit(self) -> bytes:
        """The results, once they could be read."""
        answer = json.loads(await self.connection.ask(self.sent))
        await self.updates.end_of(answer["batch_id"])
        return await self.connection.ask(self.ours.request(f"results/{answer['batch_id']}"))


class Updates:
    """One socket that follows many batches."""

    def __init__(self) -> None:
        self._ends: dict[str, asyncio.Future[None]] = {}
        self._socket: Socket

    @classmethod
    async def open(cls, ours: Ours) -> "Updates":
        made = cls()
        made._socket = await Socket.open(ours.address, ours.secret, made._heard)
        return made

    async def end_of(self, batch_id: str) -> None:
        """Returns once the batch has ended."""
        end = self._ends[batch_id] = asyncio.get_running_loop().create_future()
        self._socket.follow(batch_id)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await end

    def _heard(self, message: dict[str, Any], _at: float) -> None:
        if message.get("status") in ENDED:
            self._ends.pop(message["batch_id"]).set_result(None)


@contextmanager
def running(**settings: str) -> Iterator[Ours]:
    """`manage.py serve` as it comes: one process for the API, one with four slots for jobs. They have run something."""
    register_sample()
    command = [sys.executable, "-u", str(ROOT / "manage.py"), "serve"]
    with announced(command, API_RATE_PER_MINUTE="0", **settings) as (address, _):
        ours = Ours(address, new_secret())
        uvloop.run(_warm_up(ours))
        yield ours


async def _warm_up(ours: Ours) -> None:
    """Raises RuntimeError for results that are not the model's."""
    for way in (ours, ToldOurs(ours.address, ours.secret)):
        (submit,) = await way.clients(1, WARM_ITEMS)
        for _ in range(WARM_SUBMISSIONS):
            found: Any = json.loads(await submit())
            items.require_results(way.name, found["results"], WARM_ITEMS)


def new_secret() -> str:
    """Of a key that may submit, follow and configure."""
    owner = keys.service_owner("benchmark")
    return keys.create(name="benchmark", owner=owner, roles=[Role.BATCH_ADMIN]).secret
