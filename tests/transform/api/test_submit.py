"""`POST /api/v1/transform/batch` that answers with the results."""

import pytest

from batches.transform.models import TransformBatch
from project.access.models import AuditEntry
from tests.transform.api.batches import BAD, ITEM, PATH, RESULT, SEED, all_results, pipeline, send, status


def test_the_contracts_request_gives_the_contracts_response(client):
    response = client.post(PATH, SEED, format="json")
    body = response.json()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert body.pop("batch_id").startswith("batch_")
    assert body.pop("duration") >= 0
    assert body == {"status": "success", "processed": 1, "filtered": 0, "results": [RESULT]}
    assert list(body["results"][0]) == list(RESULT)


def test_the_members_but_data_are_optional(client):
    assert client.post(PATH, {"data": [ITEM]}, format="json").json()["results"] == [RESULT]


def test_no_items_give_no_results(client):
    body = send(client, []).json()
    assert (body["status"], body["processed"], body["results"]) == ("success", 0, [])


def test_results_keep_the_order_of_the_items(client):
    items = [{**ITEM, "amt": str(number)} for number in range(300)]
    body = send(client, items, batch_size=7).json()
    assert [one["amount"] for one in body["results"]] == list(range(300))
    assert body["processed"] == 300


def test_a_batch_that_answered_has_a_status_and_results_too(client):
    body = send(client, [ITEM] * 3).json()
    found = status(client, body["batch_id"])
    assert (found["status"], found["progress"], found["processed"], found["filtered"]) == ("completed", 100, 3, 0)
    assert found["started_at"] <= found["completed_at"]
    assert all_results(client, body["batch_id"], limit=2) == body["results"]


def test_what_a_filter_takes_out_is_counted(client):
    pipeline("large", {"op": "filter", "where": "amount > 10"})
    body = send(client, [{"amount": 5}, {"amount": 50}, {"amount": 7}], pipeline="large").json()
    assert (body["processed"], body["filtered"], body["results"]) == (3, 2, [{"amount": 50}])


def test_a_bad_item_fails_the_batch_in_the_contracts_form(client):
    response = send(client, [*[ITEM] * 5, BAD, ITEM])
    body = response.json()
    assert response.status_code == 400
    assert body.pop("request_id")
    reason = body["details"].pop("reason")
    assert body == {
        "error": "validation_error",
        "message": "Invalid data format in batch",
        "details": {"row": 5, "field": "amount"},
    }
    assert reason
    assert "hundred" not in response.content.decode()


def test_of_several_bad_items_the_first_is_told(client):
    assert send(client, [ITEM, BAD, {"email": 5}, BAD]).json()["details"]["row"] == 1


def test_nothing_of_a_failed_batch_is_kept(client):
    send(client, [ITEM, BAD])
    batch = TransformBatch.objects.get()
    assert (batch.status, batch.error["details"]["row"]) == ("failed", 1)
    assert not batch.chunks.exists()
    for path in ("results", "errors"):
        assert client.get(f"{PATH}/{batch.batch_id}/{path}").status_code == 409


def test_an_item_that_is_no_object_is_bad(client):
    details = send(client, [ITEM, "text"]).json()["details"]
    assert (details["row"], details["field"]) == (1, None)


def test_skipping_lists_bad_items_and_goes_on(client):
    body = send(client, [ITEM, BAD, ITEM, 7], on_error="skip").json()
    assert body["results"] == [RESULT, RESULT]
    assert (body["processed"], body["filtered"], body["failed"]) == (4, 0, 2)
    assert [(one["row"], one["field"]) for one in body["errors"]] == [(1, "amount"), (3, None)]
    assert all(one["reason"] for one in body["errors"])


def test_the_bad_items_of_a_batch_come_by_page(client):
    batch_id = send(client, [BAD] * 5, on_error="skip").json()["batch_id"]
    first = client.get(f"{PATH}/{batch_id}/errors", {"limit": 3}).json()
    rest = client.get(f"{PATH}/{batch_id}/errors", {"limit": 3, "cursor": first["next"]}).json()
    assert [one["row"] for one in first["results"] + rest["results"]] == [0, 1, 2, 3, 4]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "data"),
        ({"data": None}, "data"),
        ({"data": {}}, "data"),
        ({"data": [], "batch_size": 0}, "batch_size"),
        ({"data": [], "batch_size": 10_001}, "batch_size"),
        ({"data": [], "batch_size": "many"}, "batch_size"),
        ({"data": [], "parallel": "perhaps"}, "parallel"),
        ({"data": [], "on_error": "ignore"}, "on_error"),
        ({"data": [], "pipeline": "nobody"}, "pipeline"),
        ({"data": [], "pipelines": "x"}, "pipelines"),
    ],
)
def test_a_wrong_body_names_the_field_and_the_reason(client, body, field):
    response = client.post(PATH, body, format="json")
    found = response.json()
    assert (response.status_code, found["error"]) == (400, "validation_error")
    assert found["details"]["field"] == field
    assert found["details"]["reason"] in found["message"]
    assert not TransformBatch.objects.exists()


def test_what_is_no_json_is_a_validation_error(client):
    response = client.post(PATH, b'{"data": [', content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (400, "validation_error")


def test_another_default_pipeline_does_batches_that_name_none(client):
    from batches.transform.models import Pipeline

    Pipeline.objects.update(is_default=False)
    version = pipeline("as-it-is", {"op": "drop", "fields": ["secret"]})
    Pipeline.objects.filter(pk=version.pipeline_id).update(is_default=True)
    assert send(client, [{"a": 1, "secret": 2}]).json()["results"] == [{"a": 1}]


def test_whole_numbers_of_any_length_stay_as_they_are(client):
    pipeline("same", {"op": "drop", "fields": ["secret"]})
    item = {"n": 12345678901234567890123, "m": 2**63, "x": 0.1, "text": "héé\u2028"}
    body = send(client, [item], pipeline="same").json()
    assert body["results"] == [item]
    assert all_results(client, body["batch_id"]) == [item]


def test_what_nobody_foresaw_is_a_500_and_a_failed_batch(client, monkeypatch, caplog):
    from batches.transform.services import submitting

    class Broken:
        def run(self, items, **options):
            raise ZeroDivisionError("secret")

    monkeypatch.setattr(submitting, "compiled", lambda _: Broken())
    client.raise_request_exception = False
    response = send(client, [ITEM], key="once")
    assert (response.status_code, response.json()["error"]) == (500, "internal_server_error")
    assert "secret" not in response.content.decode() + caplog.text
    assert "ZeroDivisionError at test_submit.py:" in caplog.text
    monkeypatch.undo()
    assert TransformBatch.objects.get().status == "failed"
    assert send(client, [ITEM], key="once").status_code == 200


def test_a_batch_is_in_the_audit_trail(client):
    batch_id = send(client, [ITEM, ITEM]).json()["batch_id"]
    entry = AuditEntry.objects.get(operation="transform.submit")
    assert (entry.target, entry.actor_name, entry.after["items"]) == (batch_id, "integrator", 2)
