"""HTTP for load: a request's bytes are made once, and a kept connection sends them. A client that costs more would be
measured along with the server, with which it shares the machine."""

import asyncio
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
PATIENCE_SECONDS = 60.0


def host_of(address: str) -> str:
    return urlsplit(address).netloc


def request(host: str, path: str, body: bytes | None = None, *, secret: str = "", prefer: str = "") -> bytes:
    """The bytes of one request: a POST with a body of JSON, else a GET."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"Host: {host}"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if secret:
        lines.append(f"Authorization: Bearer {secret}")
    if prefer:
        lines.append(f"Prefer: {prefer}")
    return "\r\n".join(lines).encode() + HEAD_END + (body or b"")


class Connection:
    """Kept open from one request to the next, and opened anew when the server has closed it. Not for two at once."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address)

    @classmethod
    async def open(cls, address: str) -> "Connection":
        made = cls(address)
        await made._open()
        return made

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._address.hostname, self._address.port)

    async def ask(self, sent: bytes) -> bytes:
        """The body of a 200. Raises RuntimeError for any other answer."""
        if self._reader.at_eof():
            self._writer.close()
            await self._open()
        self._writer.write(sent)
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await self._reader.readuntil(HEAD_END)
            body = await self._reader.readexactly(_length(head))
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{head.splitlines()[0].decode()}: {body[:500].decode()}")
        return body

    def close(self) -> None:
        self._writer.close()


def _length(head: bytes) -> int:
    return next(int(line[len(LENGTH) :]) for line in head.splitlines() if line.lower().startswith(LENGTH))
