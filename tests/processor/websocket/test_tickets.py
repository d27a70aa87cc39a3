"""`POST /api/batch-processor/tickets`, and sockets that are opened with what it gives."""

import logging
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient
from websockets.exceptions import InvalidStatus

from batches.processor.roles import READERS
from project.access import keys, tickets
from project.access.models import ApiKey, AuditEntry, Ticket
from project.access.roles import Role
from tests.processor.websocket.sockets import PATH, Socket, submitted

TICKETS = "/api/batch-processor/tickets"


@pytest.fixture
def ann(key: str) -> APIClient:
    """Ann's client."""
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=key)
    return client


def ticket(client: APIClient) -> str:
    answer = client.post(TICKETS)
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["token"])


def with_ticket(token: str) -> str:
    return f"{PATH}?token={token}"


def assert_refused(server: str, token: str, **headers: str) -> None:
    with pytest.raises(InvalidStatus) as answer:
        Socket(server, path=with_ticket(token), **headers)
    assert answer.value.response.status_code == 401
    assert b"Get another one." in answer.value.response.body


def test_a_ticket_opens_a_socket_that_shows_what_its_maker_may_see(server, ann):
    own, others = submitted(), submitted(owner="bob")
    with Socket(server, path=with_ticket(ticket(ann))) as socket:
        socket.subscribe(own.batch_id)
        assert socket.next()["status"] == "queued"
        socket.subscribe(others.batch_id)
        assert socket.next()["error"] == "NOT_FOUND"


def test_a_page_of_another_site_may_use_one(server, ann):
    with Socket(server, path=with_ticket(ticket(ann)), Origin="https://elsewhere.example") as socket:
        assert socket.is_quiet()


def test_it_works_once(server, ann):
    token = ticket(ann)
    with Socket(server, path=with_ticket(token)):
        assert_refused(server, token)


def test_it_works_for_a_minute(server, ann):
    before = timezone.now()
    answer = ann.post(TICKETS).json()
    assert timedelta(seconds=59) < datetime.fromisoformat(answer["expires_at"]) - before < timedelta(seconds=70)
    Ticket.objects.update(expires_at=before)
    assert_refused(server, answer["token"])


def test_it_works_for_nothing_else(server, ann, key):
    made = tickets.create(purpose="something else", key=ApiKey.objects.get(), user=None)
    assert_refused(server, made.secret)
    assert ann.get(f"/api/batch-processor/batches?token={ticket(ann)}").status_code == 400
    assert APIClient().get(f"/api/batch-processor/batches?token={ticket(ann)}").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "%00", "%ff%fe", "x" * 5000])
def test_what_is_no_ticket_is_refused_whatever_else_is_sent(server, key, token):
    assert_refused(server, token, X_API_Key=key)


def test_one_of_a_key_that_was_revoked_is_refused(server, ann):
    token = ticket(ann)
    keys.revoke(key=ApiKey.objects.get())
    assert_refused(server, token)


def test_the_console_makes_them_for_its_user(server, model, client, user_for):
    client.force_login(user_for(Role.BATCH_ADMIN))
    token = client.post(TICKETS).json()["token"]
    batch = submitted(owner="ann")
    with Socket(server, path=with_ticket(token)) as socket:
        socket.subscribe(batch.batch_id)
        assert socket.next()["status"] == "queued"


def test_one_of_a_user_who_may_not_sign_in_any_more_is_refused(server, client, user_for):
    user = user_for(Role.BATCH_ADMIN)
    client.force_login(user)
    token = client.post(TICKETS).json()["token"]
    user.is_active = False
    user.save()
    assert_refused(server, token)


def test_where_no_key_is_needed_anybody_makes_one(server, settings):
    settings.REQUIRE_API_KEY = False
    with Socket(server, path=with_ticket(ticket(APIClient()))) as socket:
        assert socket.is_quiet()


@pytest.mark.parametrize("role", [None, *Role])
def test_who_reads_batches_makes_tickets(client_for, role):
    status = client_for(role).post(TICKETS).status_code
    assert status == (401 if role is None else 201 if role in READERS else 403)


def test_only_its_digest_is_kept_and_the_trail_says_who_made_it(ann):
    token = ticket(ann)
    kept = Ticket.objects.get()
    assert token not in {str(value) for value in Ticket.objects.values_list().get()}
    entry = AuditEntry.objects.get(operation="ticket.create")
    assert (entry.target, entry.actor_name) == (kept.digest[:12], "ann")
    assert entry.after["key"] == entry.key_prefix == ApiKey.objects.get().prefix
    assert token not in str(entry.after)


def test_those_that_nobody_used_are_forgotten(ann):
    ticket(ann)
    Ticket.objects.update(expires_at=timezone.now())
    ticket(ann)
    assert Ticket.objects.count() == 1


def test_no_log_has_it(server, ann, caplog):
    caplog.set_level(logging.WARNING, logger="websockets.client")  # the test's own side
    caplog.set_level(logging.DEBUG)
    token = ticket(ann)
    with Socket(server, path=with_ticket(token)):
        assert_refused(server, token)
    assert PATH in caplog.text
    assert token not in caplog.text
