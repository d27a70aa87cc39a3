"""How uvicorn speaks WebSocket here."""

from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LAST_SECONDS = 5.0  # to take what was sent before the end, and the reason of it


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's own, save for three things.

    The application can end a connection whose other end takes nothing any more: uvicorn would wait until it does, for
    good. What is said after uvicorn itself has ended it finds the client gone, as ASGI has it, and is no mistake of the
    application. And a refusal is a handshake that is complete, which uvicorn logs as an error.
    """

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent:
            raise ClientDisconnected
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.writable.set()  # the end goes behind what waits to be taken
            self.loop.call_later(LAST_SECONDS, self.transport.abort)
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True


OPTIONS: Final[dict[str, Any]] = {
    "ws": Socket,
    "ws_max_size": 64 * 1024,  # bytes of a message; a larger one ends the connection with 1009
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
    "ws_per_message_deflate": False,  # messages are short, and compression takes memory for each connection
}
