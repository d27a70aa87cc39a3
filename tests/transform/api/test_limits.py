"""The limits of the contract, each answered in its error form."""

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from django.db import connections

from batches.transform.models import PipelineVersion, TransformBatch, TransformSlot
from batches.transform.services import submitting
from project.access.roles import Role
from project.postgres import sql
from tests.transform.api.batches import BAD, ITEM, PATH, Gate, ended, queued, send
from tests.workers.hands import own_session

ONE_AT_A_TIME = 5


def refused(response) -> bool:
    """Whether it is the answer to one batch too many."""
    if response.status_code != 429:
        return False
    body = response.json()
    assert body["error"] == "rate_limit_exceeded"
    assert "5 batches" in body["message"]
    assert body["details"] == {"limit": 5, "retry_after": 1}
    assert response["Retry-After"] == "1"
    return True


def test_ten_thousand_items_are_taken_and_one_more_is_not(client):
    assert send(client, [{}] * 10_000).status_code == 200
    response = send(client, [{}] * 10_001)
    body = response.json()
    assert (response.status_code, body["error"], body["details"]["field"]) == (400, "validation_error", "data")
    assert "10001" in body["details"]["reason"]
    assert "10000" in body["details"]["reason"]


def test_a_thousand_requests_a_minute_are_taken_of_each_key(client, client_for, settings):
    assert settings.API_RATE_PER_MINUTE == 1000
    sql.execute("DELETE FROM token_bucket")
    assert client.get(f"{PATH}/none").status_code == 404
    sql.execute("UPDATE token_bucket SET tokens = 1.0, refilled_at = now()")
    assert client.get(f"{PATH}/none").status_code == 404
    response = client.get(f"{PATH}/none")
    body = response.json()
    assert (response.status_code, body["error"]) == (429, "rate_limit_exceeded")
    assert body["details"]["retry_after"] == int(response["Retry-After"]) >= 1
    assert client_for(Role.BATCH_OPERATOR).get(f"{PATH}/none").status_code == 404


def test_a_body_that_is_too_large_says_how_large_it_may_be(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2048
    response = send(client, [{"text": "x" * 2048}])
    body = response.json()
    assert (response.status_code, body["error"]) == (413, "payload_too_large")
    assert body["details"] == {"max_bytes": 2048}


def test_five_batches_of_one_key_wait_for_the_engine_and_a_sixth_is_refused(client, client_for):
    for _ in range(5):
        queued(client, [ITEM])
    assert refused(send(client, [ITEM], later=True))
    assert refused(send(client, [ITEM]))
    assert send(client_for(Role.BATCH_OPERATOR), [ITEM]).status_code == 200
    assert TransformBatch.objects.count() == 6


def test_a_batch_that_ends_makes_room_however_it_ends(client, request):
    ids = [queued(client, [BAD if number == 0 else ITEM]) for number in range(5)]
    assert refused(send(client, [ITEM]))
    client.post(f"{PATH}/{ids[4]}/cancel")
    assert send(client, [ITEM]).status_code == 200
    request.getfixturevalue("workers")
    assert [ended(client, one)["status"] for one in ids] == ["failed", *["completed"] * 3, "cancelled"]
    assert not TransformSlot.objects.exclude(batch=None).exists()


@pytest.fixture
def gate(monkeypatch):
    gate = Gate()
    monkeypatch.setattr(submitting, "compiled", lambda _: gate)
    yield gate
    gate.opened.set()


def in_thread(client, pool: ThreadPoolExecutor) -> Future:
    def call():
        try:
            return send(client, [ITEM])
        finally:
            connections.close_all()

    return pool.submit(call)


def test_five_requests_at_once_are_worked_on_and_a_sixth_is_refused(client, gate):
    with ThreadPoolExecutor(5) as pool:
        calls = [in_thread(client, pool) for _ in range(5)]
        for _ in calls:
            assert gate.entered.acquire(timeout=60)
        assert refused(send(client, [ITEM]))
        assert refused(send(client, [ITEM], later=True))
        gate.opened.set()
        assert [call.result().status_code for call in calls] == [200] * 5
    assert send(client, [ITEM]).status_code == 200


def test_a_session_that_dies_gives_its_place_back(client, gate, monkeypatch):
    client.raise_request_exception = False
    with ThreadPoolExecutor(5) as pool:
        calls = [in_thread(client, pool) for _ in range(5)]
        for _ in calls:
            assert gate.entered.acquire(timeout=60)
        sql.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            " AND datname = current_database() AND query ILIKE '%audit%' LIMIT 1"
        )
        assert send_until_free(client, pool).status_code == 202
        gate.opened.set()
        assert sorted(call.result().status_code for call in calls) == [200, 200, 200, 200, 503]


def send_until_free(client, pool):
    """The dead session's locks are let go of in a moment."""
    for _ in range(1000):
        response = send(client, [ITEM], later=True)
        if not refused(response):
            return response
    raise AssertionError("its place was never given back")


ROUNDS = 300
OPEN = "SELECT o_slot FROM transform.open_batch(%s, 'new', NULL, %s, 'processing', 'fail', false, 1, 1, NULL, NULL)"


def test_a_caller_whose_first_places_are_being_made_is_not_refused(client):
    version = PipelineVersion.objects.values_list("pk", flat=True).first()
    met = Barrier(2)

    def places() -> None:
        with own_session() as other:
            for _ in range(ROUNDS):
                met.wait()
                other.execute("SELECT transform.ensure_slots('new', 5)")

    found: set[int | None] = set()
    names = count()
    with ThreadPoolExecutor(1) as pool, own_session() as mine:
        making = pool.submit(places)
        for _ in range(ROUNDS):
            mine.execute("DELETE FROM transform_slot WHERE owner = 'new'")
            met.wait()
            slot: int | None = 0
            while slot == 0:
                [(slot,)] = mine.execute(OPEN, [f"b{next(names)}", version])
            found.add(slot)
        making.result()
    assert None not in found
