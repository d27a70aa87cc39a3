"""How sockets end: clients that take nothing, servers that stop, connections that die."""

import asyncio
import contextlib
import json
import os
import socket as network
import struct
import threading
from collections.abc import Callable, Iterator

import psutil
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed

from batches.processor.websocket import conversation
from project import sockets as transport
from tests.processor.websocket.sockets import PATH, Socket, submitted
from tests.workers.hands import wait_for


class Line:
    """A connection of which the test sees every byte."""

    def __init__(self, server: str, key: str) -> None:
        host, port = server.removeprefix("http://").split(":")
        self.line = network.socket()
        self.line.setsockopt(network.SOL_SOCKET, network.SO_RCVBUF, 4096)
        self.line.settimeout(60)
        self.line.connect((host, int(port)))
        self.line.sendall(
            f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert self.line.recv(4096).startswith(b"HTTP/1.1 101")

    def ask(self, until: Callable[[], object]) -> None:
        """Ask what is refused at length, again and again, and take no answer."""
        question = json.dumps({"action": "subscribe", "batch_id": "x", "y" * 4000: 1}).encode()
        frame = b"\x81\xfe" + struct.pack("!H", len(question)) + bytes(4) + question  # masked with zeros
        left = frame
        self.line.settimeout(0.05)
        while not until():
            with contextlib.suppress(TimeoutError):
                left = left[self.line.send(left) :] or frame
        self.line.settimeout(60)

    def rest(self) -> bytes:
        """All that is still to come."""
        found = bytearray()
        with contextlib.suppress(ConnectionResetError):
            while part := self.line.recv(65536):
                found += part
        return bytes(found)


@pytest.fixture
def deaf(server: str, key: str, closing: list[int], monkeypatch) -> Iterator[Line]:
    """A client that takes no answers."""
    monkeypatch.setattr(conversation, "SEND_SECONDS", 0.5)
    client = Line(server, key)
    with client.line:
        yield client


def test_a_client_that_takes_nothing_is_told_to_come_again_later(deaf, closing):
    deaf.ask(until=lambda: closing)
    assert closing == [1013]
    reason = b"You are too slow to take what you follow."
    assert deaf.rest().endswith(b"\x88" + bytes([2 + len(reason)]) + struct.pack("!H", 1013) + reason)


def test_one_that_takes_not_even_that_is_cut_off(deaf, closing, monkeypatch):
    monkeypatch.setattr(transport, "LAST_SECONDS", 0.1)
    deaf.ask(until=lambda: closing)
    wait_for(lambda: closed_by_the_other(deaf.line), "the end of the connection")
    assert b"too slow" not in deaf.rest()


@pytest.fixture
def closing(monkeypatch) -> list[int]:
    """The codes with which this side ends sockets."""
    codes: list[int] = []
    send = transport.Socket.send

    async def noting(self, message):
        await send(self, message)
        if message["type"] == "websocket.close":
            codes.append(message["code"])

    monkeypatch.setattr(transport.Socket, "send", noting)
    return codes


def closed_by_the_other(line: network.socket) -> bool:
    """Whether the kernel knows that the server has no such connection any more."""
    own = line.getsockname()
    return all(connection.raddr != own or connection.pid != os.getpid() for connection in psutil.net_connections("tcp"))


def test_only_the_newest_state_waits_for_who_is_slow():
    """Without a network, whose buffers hide who is slow."""
    sent: list[str] = []

    async def run() -> None:
        from batches.processor.websocket.handshake import Admission
        from batches.processor.websocket.states import State
        from batches.processor.websocket.watch import Watch

        takes = asyncio.Event()
        questions: asyncio.Queue[dict[str, str]] = asyncio.Queue()

        async def send(message) -> None:
            await takes.wait()
            sent.append(message["text"])

        class Nothing(Watch):
            def follow(self, batch_id, follower) -> None:
                pass

        admission = Admission(caller="test", key_id=None, user_id=None, owner_id=None)
        held = conversation.Conversation(admission, Nothing(), limit=10, receive=questions.get, send=send)
        task = asyncio.create_task(held.hold())
        for name in "ab":
            await questions.put(
                {"type": "websocket.receive", "text": json.dumps({"action": "subscribe", "batch_id": name})}
            )
        while len(held._followed) < 2:
            await asyncio.sleep(0)
        for number in range(100):
            for name in "ab":
                mark = ("processing", number, 0, 0)
                state = State(batch_id=name, owner_id=None, mark=mark, final=False, text=f"{name}{number}")
                held.tell(name, state)
            await asyncio.sleep(0)
        takes.set()
        for _ in range(1000):
            await asyncio.sleep(0)
        await questions.put({"type": "websocket.disconnect"})
        await task

    asyncio.run(run())
    assert sent[-2:] == ["b99", "a99"] or sent[-2:] == ["a99", "b99"]
    assert len(sent) == 3  # the first was on its way


@pytest.fixture
def own_server(key: str, request: pytest.FixtureRequest) -> Iterator[tuple[uvicorn.Server, str]]:
    """A server that the test may stop; its parameter is how often it asks who is there, and how long it waits."""
    interval, patience = getattr(request, "param", (20.0, 60.0))
    from project.asgi import application

    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, lifespan="off", log_level="warning",
        **{**transport.OPTIONS, "ws_ping_interval": interval, "ws_ping_timeout": patience},
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_for(lambda: server.started, "the server")
    yield server, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


def test_a_server_that_stops_says_so(own_server, key):
    server, place = own_server
    batch = submitted()
    with Socket(place, key=key) as socket:
        socket.subscribe(batch.batch_id)
        assert socket.next()["status"] == "queued"
        server.should_exit = True
        with pytest.raises(ConnectionClosed) as closed:
            socket.next()
        assert closed.value.rcvd.code == 1012  # service restart


@pytest.mark.parametrize("own_server", [(0.1, 0.3)], indirect=True)
def test_a_client_that_answers_no_ping_is_let_go(own_server, key):
    from project.asgi import application

    _, place = own_server
    before = len(application._guard._open)
    client = Line(place, key)
    with client.line:
        assert client.rest().count(b"\x89\x04") == 1  # a ping, and no second one
    wait_for(lambda: len(application._guard._open) == before, "the end of the conversation")
