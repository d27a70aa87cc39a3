"""One open socket: what its client asks for, and the newest state of each batch that it follows."""

import asyncio
import time

from rest_framework.exceptions import APIException

from batches.processor.websocket import messages
from batches.processor.websocket.handshake import Admission
from batches.processor.websocket.messages import SUBSCRIBE, Request
from batches.processor.websocket.states import Mark, State
from batches.processor.websocket.watch import Watch
from project.api.errors import ApiError, TooManyRequests
from project.api.handlers import understood
from project.api.holding import Receive, Send

TRY_AGAIN_LATER, POLICY_VIOLATION = 1013, 1008
SEND_SECONDS = 10.0  # to take a message


class Ended(Exception):
    """This side ends the conversation, with a code of RFC 6455 and the reason in words."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Conversation:
    """Of each batch only the newest state waits to be sent, so what waits is never more than what is followed."""

    def __init__(self, admission: Admission, watch: Watch, *, limit: int, receive: Receive, send: Send) -> None:
        self.admission = admission
        self._watch = watch
        self._limit = limit
        self._receive = receive
        self._send = send
        self._followed: dict[str, Mark | None] = {}  # with what was told last
        self._waiting: dict[str, str] = {}
        self._woken = asyncio.Event()
        self._saying_since: float | None = None  # time.monotonic(); None while all that was sent is taken
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def hold(self) -> None:
        """Until either side ends it, or the other is gone."""
        work = [asyncio.ensure_future(part) for part in (self._listen(), self._speak(), self._ended)]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in work:
                part.cancel()
            for batch_id in list(self._followed):
                self._leave(batch_id)
        try:
            for part in done:
                await part
        except Ended as end:
            await self._send({"type": "websocket.close", "code": end.code, "reason": end.reason})

    def end(self, code: int, reason: str) -> None:
        """Close the socket, from this side."""
        if not self._ended.done():
            self._ended.set_exception(Ended(code, reason))

    def end_if_slow(self) -> None:
        """Close the socket if what is being sent wasn't taken for too long. A timer for each message would cost as much
        as to send it."""
        if self._saying_since is not None and time.monotonic() > self._saying_since + SEND_SECONDS:
            self.end(TRY_AGAIN_LATER, "You are too slow to take what you follow.")

    def tell(self, batch_id: str, state: State | None) -> None:
        """As `Follower`. A final state ends the subscription, so it is told once."""
        if batch_id not in self._followed:
            return
        known = state if state is not None and self.admission.may_see(state) else None
        if known is None:
            self._waiting[batch_id] = messages.unknown(batch_id)
        elif known.mark != self._followed[batch_id]:
            self._followed[batch_id] = known.mark
            self._waiting[batch_id] = known.text
        if known is None or known.final:
            self._leave(batch_id)
        self._woken.set()

    async def _listen(self) -> None:
        """Until the client has gone."""
        while (message := await self._receive())["type"] == "websocket.receive":
            try:
                reply = self._answer(messages.understood(message))
            except (ApiError, APIException) as error:
                reply = messages.refused(understood(error))
            if reply is not None:
                await self._say(reply)

    def _answer(self, request: Request) -> str | None:
        if request.action == SUBSCRIBE:
            return self._subscribe(request.batch_id)
        self._leave(request.batch_id)
        self._waiting.pop(request.batch_id, None)
        return messages.unsubscribed(request.batch_id)

    def _subscribe(self, batch_id: str) -> str | None:
        """What it says to this is the state, once it is read."""
        if batch_id not in self._followed and len({*self._followed, *self._waiting}) >= self._limit:
            error = TooManyRequests(f"A socket follows {self._limit} batches at most. Unsubscribe from some.")
            return messages.refused(error, batch_id)
        self._followed[batch_id] = None
        self._watch.follow(batch_id, self)
        return None

    def _leave(self, batch_id: str) -> None:
        if batch_id in self._followed:
            del self._followed[batch_id]
            self._watch.leave(batch_id, self)

    async def _speak(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                await self._say(self._waiting.pop(next(iter(self._waiting))))

    async def _say(self, text: str) -> None:
        if self._saying_since is None:
            self._saying_since = time.monotonic()
        await self._send({"type": "websocket.send", "text": text})
        self._saying_since = None
