"""Who may have a socket: asked of a view, so that keys, roles, throttles, errors and logs are those of the API."""

import asyncio
from dataclasses import dataclass

import orjson

from batches.processor.websocket.states import State
from project.api.errors import ApiError
from project.api.holding import Application, Message, Scope, Send

SOCKET = "tutup.socket"  # in the scope of a request that asks for one
ADMITTED = "tutup.admitted"  # put there by the view
REQUEST_ID = b"x-request-id"


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Who has a socket. `owner_id` is whose batches they may follow; everybody's for None."""

    caller: str
    key_id: int | None
    user_id: int | None
    owner_id: int | None

    def may_see(self, state: State) -> bool:
        """Whether the batch is one that they may follow."""
        return self.owner_id is None or state.owner_id == self.owner_id


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the view said: without an admission, its messages are the refusal."""

    admission: Admission | None
    messages: list[Message]

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Those that go with the acceptance of a socket."""
        return [(name, value) for name, value in self.messages[0]["headers"] if name.lower() == REQUEST_ID]


async def ask(application: Application, scope: Scope) -> Answer:
    """The answer to the same request over HTTP."""
    scheme = "https" if scope["scheme"] == "wss" else "http"
    request: Scope = {**scope, "type": "http", "method": "GET", "scheme": scheme, SOCKET: True}
    messages: list[Message] = []
    bodies: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        return bodies.pop() if bodies else await asyncio.Future()

    async def send(message: Message) -> None:
        messages.append(message)

    await application(request, receive, send)
    return Answer(admission=request.get(ADMITTED), messages=messages)


async def refuse(send: Send, messages: list[Message]) -> None:
    """Answer with these messages of HTTP instead of a socket."""
    for message in messages:
        await send({**message, "type": f"websocket.{message['type']}"})


def refusal(error: ApiError) -> list[Message]:
    """An error as messages of HTTP."""
    headers = {"Content-Type": "application/json", **error.headers}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return [
        {"type": "http.response.start", "status": error.status, "headers": pairs},
        {"type": "http.response.body", "body": orjson.dumps(error.body())},
    ]
