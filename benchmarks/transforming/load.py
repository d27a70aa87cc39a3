"""Requests in flight: each connection sends its request again as soon as it has the answer."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATH = "/api/v1/transform/batch"
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
PATIENCE_SECONDS = 60.0


def request(host: str, body: bytes, secret: str = "") -> bytes:
    """The bytes of one request."""
    lines = [f"POST {PATH} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    if secret:
        lines.append(f"Authorization: Bearer {secret}")
    return "\r\n".join(lines).encode() + HEAD_END + body


def host_of(address: str) -> str:
    return urlsplit(address).netloc


@dataclass(frozen=True)
class Flight:
    """How many answers came in how long."""

    answers: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def fly(address: str, requests: Sequence[bytes], seconds: float) -> Flight:
    """Asks for so many seconds, with one connection for each of these requests."""
    return asyncio.run(_load(address, requests, seconds))


def answers(address: str, sent: bytes, count: int) -> Any:
    """The document of the last of so many answers, one after another."""
    return json.loads(asyncio.run(_in_turn(address, sent, count)))


async def _load(address: str, requests: Sequence[bytes], seconds: float) -> Flight:
    connections = [await _open(address) for _ in requests]
    began = time.perf_counter()
    end = began + seconds
    sending = [_until(end, connection, sent) for connection, sent in zip(connections, requests, strict=True)]
    done = sum(await asyncio.gather(*sending))
    took = time.perf_counter() - began
    for _, writer in connections:
        writer.close()
    return Flight(done, took)


async def _until(end: float, connection: "tuple[asyncio.StreamReader, asyncio.StreamWriter]", sent: bytes) -> int:
    done = 0
    while time.perf_counter() < end:
        await _ask(connection, sent)
        done += 1
    return done


async def _in_turn(address: str, sent: bytes, count: int) -> bytes:
    connection = await _open(address)
    found = b""
    for _ in range(count):
        found = await _ask(connection, sent)
    connection[1].close()
    return found


async def _open(address: str) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
    parts = urlsplit(address)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _ask(connection: "tuple[asyncio.StreamReader, asyncio.StreamWriter]", sent: bytes) -> bytes:
    """The body of a 200. Raises RuntimeError for any other answer."""
    reader, writer = connection
    writer.write(sent)
    async with asyncio.timeout(PATIENCE_SECONDS):
        head = await reader.readuntil(HEAD_END)
        body = await reader.readexactly(_length(head))
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{head.splitlines()[0].decode()}: {body[:500].decode()}")
    return body


def _length(head: bytes) -> int:
    return next(int(line[len(LENGTH) :]) for line in head.splitlines() if line.lower().startswith(LENGTH))
