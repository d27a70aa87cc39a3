"""Answers that the server holds back, without a thread or a database connection, until there are better ones.

request.scope[key] = ...   # in the view, which then answers as if the time were over
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

Later = TypeVar("Later")

Message = Mapping[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Better:
    """What is sent in place of the view's answer: its headers without and with some more."""

    status: int
    body: bytes
    without: Collection[bytes] = ()
    more: Collection[tuple[bytes, bytes]] = ()

    def instead_of(self, kept: Message) -> list[Message]:
        """The messages to send; `kept` is the start of the view's answer."""
        without = {b"content-length", *self.without}
        headers = [(name, value) for name, value in kept["headers"] if name.lower() not in without]
        headers += [(b"Content-Length", str(len(self.body)).encode()), *self.more]
        return [{**kept, "status": self.status, "headers": headers}, {"type": "http.response.body", "body": self.body}]


class HoldsBack(ABC, Generic[Later]):
    """ASGI middleware. Holds back what views answer that leave a `Later` in their request's scope."""

    key: ClassVar[str]

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept: list[Message] = []

        async def send_or_keep(message: Message) -> None:
            if self.key in scope:
                kept.append(message)
            else:
                await send(message)

        await self._application(scope, receive, send_or_keep)
        if kept:
            try:
                better = await self.better(scope[self.key], receive)
            except asyncio.CancelledError:  # the server stops: for those who wait the time is over
                better = None
            for message in better.instead_of(kept[0]) if better else kept:
                await send(message)

    @abstractmethod
    async def better(self, later: Later, receive: Receive) -> Better | None:
        """Waits for it; None when the time is over or the client has gone."""


@contextmanager
def disconnection(receive: Receive) -> "Iterator[asyncio.Future[Any]]":
    """Done when the client has gone: the body was read, and what is left to come is the end of the connection."""
    gone: asyncio.Future[Any] = asyncio.ensure_future(receive())
    try:
        yield gone
    finally:
        gone.cancel()
