"""WebSockets as cheaply as Python can: what comes is looked at as it arrives, without tasks or queues."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, cast

from benchmarks.connection import HEAD_END, PATIENCE_SECONDS, host_of

PATH = "/ws/batch-processor"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # nobody checks who asks twice
TEXT, PING, PONG = 0x81, 0x89, 0x8A
NO_MASK = bytes(4)

Heard = Callable[[dict[str, Any], float], None]
"""Called with each message, and when it came by time.perf_counter."""


class Socket(asyncio.Protocol):
    """One open socket."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._buffer = b""
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport

    @classmethod
    async def open(cls, address: str, secret: str, heard: Heard) -> "Socket":
        """Raises RuntimeError when it is refused."""
        host = host_of(address)
        name, _, port = host.rpartition(":")
        _, made = await asyncio.get_running_loop().create_connection(lambda: cls(heard), name, int(port))
        lines = (
            *(f"GET {PATH} HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket"),
            *("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}", f"X-API-Key: {secret}"),
        )
        made._transport.write("\r\n".join(lines).encode() + HEAD_END)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await made._opened
        return made

    def follow(self, batch_id: str) -> None:
        self._send(TEXT, json.dumps({"action": "subscribe", "batch_id": batch_id}).encode())

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._buffer += data
        if not self._opened.done() and not self._open():
            return
        while (frame := self._frame()) is not None:
            kind, body = frame
            if kind == TEXT:
                self._heard(json.loads(body), at)
            elif kind == PING:
                self._send(PONG, body)

    def _open(self) -> bool:
        head, end, rest = self._buffer.partition(HEAD_END)
        if not end:
            return False
        self._buffer = rest
        if head.startswith(b"HTTP/1.1 101 "):
            self._opened.set_result(None)
            return True
        self._opened.set_exception(RuntimeError(f"the socket was refused: {head.splitlines()[0].decode()}"))
        return False

    def _frame(self) -> tuple[int, bytes] | None:
        """The next one if all of it has come."""
        if len(self._buffer) < 2:
            return None
        start, size = 2, self._buffer[1]
        if size == 126:
            start, size = 4, int.from_bytes(self._buffer[2:4])
        if len(self._buffer) < start + size:
            return None
        kind, body = self._buffer[0], self._buffer[start : start + size]
        self._buffer = self._buffer[start + size :]
        return kind, body

    def _send(self, kind: int, body: bytes) -> None:
        """With a mask that changes nothing."""
        size = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2)
        self._transport.write(bytes([kind]) + size + NO_MASK + body)
