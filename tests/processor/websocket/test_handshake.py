"""Who may open a socket."""

import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from batches.processor.roles import READERS
from batches.processor.websocket import guard
from project.access import keys
from project.access.models import ApiKey
from project.access.roles import Role
from tests.processor.websocket.sockets import PATH, Socket, secret_of, submitted
from tests.workers.hands import wait_for


def refused(server: str, **options: Any) -> tuple[int, dict[str, Any], Any]:
    """Status, body and headers of the answer to a handshake."""
    with pytest.raises(InvalidStatus) as answer:
        Socket(server, **options)
    response = answer.value.response
    return response.status_code, dict(json.loads(response.body)), response.headers


def test_without_a_key_the_handshake_is_refused(server):
    status, body, headers = refused(server)
    assert (status, body["error"]) == (401, "UNAUTHORIZED")
    assert headers["WWW-Authenticate"] == 'Bearer realm="tutup"'
    assert headers["X-Request-ID"] == body["request_id"]


def test_a_wrong_key_is_refused(server):
    status, body, _ = refused(server, key="tutup_abcdefghij_" + "x" * 43)
    assert (status, body["error"], body["message"]) == (401, "UNAUTHORIZED", "Invalid or missing API key")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_a_socket_or_is_told_which_may(server, role):
    secret = secret_of("somebody", role)
    if role in READERS:
        with Socket(server, key=secret) as socket:
            assert socket.connection.response.status_code == 101
    else:
        status, body, _ = refused(server, key=secret)
        assert (status, body["error"]) == (403, "FORBIDDEN")
        assert body["details"]["roles"] == sorted(READERS)


def test_the_other_header_does_as_well(server, key):
    with Socket(server, Authorization=f"Bearer {key}") as socket:
        assert socket.is_quiet()


def test_the_answer_names_the_request(server, key):
    with Socket(server, key=key, X_Request_ID="mine-1") as socket:
        assert socket.connection.response.headers["X-Request-ID"] == "mine-1"


def test_the_session_of_the_console_is_no_key(server, client, user_for):
    client.force_login(user_for(Role.BATCH_ADMIN))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert refused(server, Cookie=cookie)[0] == 401


def test_where_no_key_is_needed_everybody_follows_everything(server, model, settings):
    settings.REQUIRE_API_KEY = False
    batch = submitted(owner=None)
    with Socket(server) as socket:
        socket.subscribe(batch.batch_id)
        assert socket.next()["status"] == "queued"


def test_where_no_key_is_needed_pages_of_other_sites_are_refused(server, settings):
    settings.REQUIRE_API_KEY = False
    assert refused(server, Origin="https://elsewhere.example")[0] == 403
    with Socket(server, Origin=server) as socket:
        assert socket.is_quiet()


def test_there_is_no_socket_at_another_address(server, key):
    status, body, _ = refused(server, key=key, path="/api/batch-processor/batches")
    assert (status, body["error"]) == (404, "NOT_FOUND")
    assert PATH in body["message"]


def test_who_comes_without_a_handshake_is_told_to_upgrade(server, key):
    answer = httpx.get(server + PATH, headers={"X-API-Key": key})
    assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")
    assert answer.json()["error"] == "INVALID_REQUEST"
    assert "WebSocket" in answer.json()["message"]
    assert httpx.get(server + PATH).status_code == 401
    assert httpx.post(server + PATH, headers={"X-API-Key": key}).status_code == 405


def test_handshakes_count_as_requests_of_the_key(server, key, settings):
    settings.API_RATE_PER_MINUTE = 1
    with Socket(server, key=key):
        status, body, headers = refused(server, key=key)
    assert (status, body["error"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert int(headers["Retry-After"]) > 0


def test_a_key_has_so_many_sockets_at_most(server, key, settings):
    settings.WEBSOCKET_MAX_CONNECTIONS = 2
    other = secret_of("bob", Role.INTEGRATOR)
    with Socket(server, key=key) as first, Socket(server, key=key), Socket(server, key=other):
        status, body, _ = refused(server, key=key)
        assert (status, body["error"]) == (429, "RATE_LIMIT_EXCEEDED")
        assert "2 sockets" in body["message"]
        first.connection.close()
        wait_for(lambda: opens(server, key), "room for another socket")


def opens(server: str, key: str) -> bool:
    try:
        with Socket(server, key=key):
            return True
    except InvalidStatus:
        return False


@pytest.mark.parametrize("change", ["revoked", "expired", "not active"])
def test_a_socket_ends_when_its_key_is_good_no_more(server, key, monkeypatch, change):
    monkeypatch.setattr(guard, "KEYS_SECONDS", 0.1)
    other = secret_of("bob", Role.INTEGRATOR)
    with Socket(server, key=key) as socket, Socket(server, key=other) as kept:
        assert socket.is_quiet()
        end_of(ApiKey.objects.select_related("owner").get(owner__username="ann"), change)
        with pytest.raises(ConnectionClosed) as closed:
            socket.next()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "The key isn't valid any more.")
        assert kept.is_quiet()


def end_of(key: ApiKey, change: str) -> None:
    if change == "revoked":
        keys.revoke(key=key)
    elif change == "expired":
        ApiKey.objects.filter(pk=key.pk).update(expires_at=key.created_at)
    else:
        key.owner.is_active = False
        key.owner.save()
