"""The same request under the same key is done once and answered alike."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from batches.transform.models import TransformBatch
from project.access.roles import Role
from tests.transform.api.batches import BAD, ITEM, PATH, ended, send


def test_the_same_request_gets_the_same_answer(client):
    first, again = send(client, [ITEM] * 3, key="one"), send(client, [ITEM] * 3, key="one")
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert TransformBatch.objects.count() == 1


def test_the_order_of_members_makes_no_other_request(client):
    one = client.post(PATH, b'{"data": [], "batch_size": 5}', content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    two = client.post(PATH, b'{"batch_size":5,"data":[]}', content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert one.json() == two.json()


def test_the_answer_to_a_bad_item_is_the_same_too(client):
    first, again = send(client, [ITEM, BAD], key="one"), send(client, [ITEM, BAD], key="one")
    assert (first.status_code, again.status_code) == (400, 400)
    assert first.json()["details"] == again.json()["details"]
    assert TransformBatch.objects.count() == 1


def test_another_body_under_the_key_is_a_conflict(client):
    batch_id = send(client, [ITEM], key="one").json()["batch_id"]
    response = send(client, [ITEM, ITEM], key="one")
    body = response.json()
    assert (response.status_code, body["error"]) == (409, "idempotency_key_reused")
    assert body["details"] == {"batch_id": batch_id}


def test_a_batch_of_the_engine_is_found_again(client, workers):
    first = send(client, [ITEM], later=True, key="one")
    batch_id = first.json()["batch_id"]
    ended(client, batch_id)
    again = send(client, [ITEM], key="one")
    assert (again.status_code, again["Location"]) == (202, first["Location"])
    assert (again.json()["batch_id"], again.json()["status"]) == (batch_id, "completed")


def test_keys_belong_to_who_sends_them(client, client_for):
    ids = {send(one, [ITEM], key="one").json()["batch_id"] for one in (client, client_for(Role.BATCH_OPERATOR))}
    assert len(ids) == 2


def test_two_at_once_make_one_batch(client):
    def call(_):
        try:
            return send(client, [ITEM], key="one").json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(4)))
    assert len({one["batch_id"] for one in answers}) == 1
    assert all(one == answers[0] for one in answers)
    assert TransformBatch.objects.count() == 1


def test_a_key_that_is_too_long_or_empty_is_refused(client):
    for key in ("", "x" * 201):
        response = send(client, [ITEM], key=key)
        assert (response.status_code, response.json()["details"]["field"]) == (400, "Idempotency-Key")
    assert send(client, [ITEM], key="x" * 200).status_code == 200


def test_a_replay_takes_no_place(client):
    for number in range(5):
        send(client, [ITEM], later=True, key=str(number))
    assert send(client, [ITEM], key="3").status_code == 202
    assert send(client, [ITEM], key="5").status_code == 429
