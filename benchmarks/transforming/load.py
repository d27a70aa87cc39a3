"""Requests for a transform in flight: each connection sends its request again as soon as it has the answer."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from benchmarks import connection
from benchmarks.connection import Connection, host_of
from benchmarks.loops import Flight, closed

PATH = "/api/v1/transform/batch"


def request(address: str, body: bytes, secret: str = "") -> bytes:
    """The bytes of one request."""
    return connection.request(host_of(address), PATH, body, secret=secret)


def fly(address: str, requests: Sequence[bytes], seconds: float) -> Flight:
    """Asks for so many seconds, with one connection for each of these requests."""
    return asyncio.run(_load(address, requests, seconds))


def answers(address: str, sent: bytes, count: int) -> Any:
    """The document of the last of so many answers, one after another."""
    return json.loads(asyncio.run(_in_turn(address, sent, count)))


async def _load(address: str, requests: Sequence[bytes], seconds: float) -> Flight:
    connections = [await Connection.open(address) for _ in requests]
    flight = await closed([partial(one.ask, sent) for one, sent in zip(connections, requests, strict=True)], seconds)
    for one in connections:
        one.close()
    return flight


async def _in_turn(address: str, sent: bytes, count: int) -> bytes:
    opened = await Connection.open(address)
    found = b""
    for _ in range(count):
        found = await opened.ask(sent)
    opened.close()
    return found
