"""The ASGI application of the WebSocket, around that of everything else."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings

from batches.processor.websocket import handshake
from batches.processor.websocket.conversation import Conversation
from batches.processor.websocket.guard import Guard
from batches.processor.websocket.handshake import Admission
from batches.processor.websocket.watch import Watch
from project.api.errors import NotFound, TooManyRequests
from project.api.holding import Application, Receive, Scope, Send

PATH: Final = "/ws/batch-processor"


class Updates:
    """ASGI middleware: holds the open sockets of this process."""

    def __init__(self, application: Application, watch: Watch) -> None:
        self._application = application
        self._watch = watch
        self._guard = Guard()
        self._by_caller: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._application(scope, receive, send)
            return
        await receive()  # that somebody wants to connect
        if scope["path"] != PATH:
            error = NotFound(f"There is no WebSocket at {scope['path']}, but at {PATH}.")
            await handshake.refuse(send, handshake.refusal(error))
            return
        answer = await handshake.ask(self._application, scope)
        scope["query_string"] = b""  # the server logs addresses: without tickets
        if answer.admission is None:
            await handshake.refuse(send, answer.messages)
        elif self._by_caller[answer.admission.caller] >= settings.WEBSOCKET_MAX_CONNECTIONS:
            await handshake.refuse(send, handshake.refusal(_too_many()))
        else:
            with self._counted(answer.admission.caller):
                await send({"type": "websocket.accept", "headers": answer.headers})
                await self._converse(answer.admission, receive, send)

    async def _converse(self, admission: Admission, receive: Receive, send: Send) -> None:
        limit = settings.WEBSOCKET_MAX_SUBSCRIPTIONS
        conversation = Conversation(admission, self._watch, limit=limit, receive=receive, send=send)
        with self._guard.guarded(conversation):
            await conversation.hold()

    @contextmanager
    def _counted(self, caller: str) -> Iterator[None]:
        self._by_caller[caller] += 1
        try:
            yield
        finally:
            self._by_caller[caller] -= 1
            if not self._by_caller[caller]:
                del self._by_caller[caller]


def _too_many() -> TooManyRequests:
    limit = settings.WEBSOCKET_MAX_CONNECTIONS
    return TooManyRequests(f"{limit} sockets are open already for this key. One can follow many batches.")
