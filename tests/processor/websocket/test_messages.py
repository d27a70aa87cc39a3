"""What a client may say."""

import json

import pytest
from websockets.exceptions import ConnectionClosed

from tests.processor.websocket.sockets import submitted

CASES = [
    ("", "INVALID_REQUEST", "isn't JSON"),
    ("subscribe", "INVALID_REQUEST", "isn't JSON"),
    ('{"action": "subscribe", "batch_id": NaN}', "INVALID_REQUEST", "isn't JSON"),
    ('{"action": "subscribe", "batch_id": "\\ud800"}', "INVALID_REQUEST", "isn't JSON"),
    ("[" * 2000, "INVALID_REQUEST", "isn't JSON"),
    ("null", "INVALID_REQUEST", ""),
    ("[]", "INVALID_REQUEST", "dictionary"),
    ('"x"', "INVALID_REQUEST", "dictionary"),
    ({}, "INVALID_REQUEST", "required"),
    ({"action": "subscribe"}, "INVALID_REQUEST", "batch_id"),
    ({"batch_id": "x"}, "INVALID_REQUEST", "action"),
    ({"action": "cancel", "batch_id": "x"}, "INVALID_REQUEST", "Must be subscribe or unsubscribe."),
    ({"action": ["subscribe"], "batch_id": "x"}, "INVALID_REQUEST", "action"),
    ({"action": "subscribe", "batch_id": ""}, "INVALID_REQUEST", "batch_id"),
    ({"action": "subscribe", "batch_id": None}, "INVALID_REQUEST", "batch_id"),
    ({"action": "subscribe", "batch_id": {"a": 1}}, "INVALID_REQUEST", "batch_id"),
    ({"action": "subscribe", "batch_id": "a\0b"}, "INVALID_REQUEST", "batch_id"),
    ({"action": "subscribe", "batch_id": "x" * 300}, "INVALID_REQUEST", "256"),
    ({"action": "subscribe", "batch_id": "x", "model": "y"}, "INVALID_REQUEST", "Unknown field"),
    ({"action": "subscribe", "batch_id": "x", "note": "y" * 5000}, "PAYLOAD_TOO_LARGE", "4096"),
    (b'{"action": "subscribe", "batch_id": "x"}', "INVALID_REQUEST", "text"),
]


@pytest.mark.parametrize(("message", "code", "part"), CASES)
def test_what_cannot_be_read_is_refused_and_the_socket_stays(socket, message, code, part):
    socket.send(message)
    told = socket.next()
    assert told["error"] == code
    assert part in json.dumps(told)
    assert "Traceback" not in json.dumps(told)
    batch = submitted()
    socket.subscribe(batch.batch_id)
    assert socket.next()["status"] == "queued"


def test_a_huge_message_ends_the_socket_without_a_traceback_in_the_log(socket, caplog):
    batch = submitted()
    socket.subscribe(batch.batch_id)
    socket.send("x" * 100_000)
    with pytest.raises(ConnectionClosed) as closed:
        [socket.next() for _ in range(2)]
    assert closed.value.rcvd.code == 1009
    assert not [entry for entry in caplog.records if entry.exc_info]


def test_more_batches_than_a_socket_may_follow_are_refused(open_socket, settings):
    settings.WEBSOCKET_MAX_SUBSCRIPTIONS = 2
    socket = open_socket()
    first, second, third = [submitted().batch_id for _ in range(3)]
    socket.subscribe(first, second)
    assert {socket.next()["batch_id"] for _ in range(2)} == {first, second}
    socket.subscribe(third)
    told = socket.next()
    assert (told["error"], told["batch_id"]) == ("RATE_LIMIT_EXCEEDED", third)
    assert "2 batches at most" in told["message"]
    socket.send({"action": "unsubscribe", "batch_id": first})
    socket.next()
    socket.subscribe(third)
    assert socket.next()["status"] == "queued"
