"""Trying a pipeline out: what it would make of items, step by step, and nothing stored."""

import pytest

from batches.transform.models import TransformBatch
from tests.transform.api.batches import ITEM, RESULT

PATH = "/api/v1/transform/try-out"
NUMBER = {"op": "cast", "field": "n", "to": "number"}
POSITIVE = {"op": "filter", "where": "n > 0"}


def tried(client, **body):
    response = client.post(PATH, body, format="json")
    assert response.status_code == 200, response.content
    return response.json()["items"]


def refused(client, **body):
    response = client.post(PATH, body, format="json")
    assert response.status_code == 400, response.content
    return response.json()["details"]["fields"]


def test_the_default_pipeline_tells_what_each_step_did(client):
    (item,) = tried(client, items=[ITEM])
    assert (item["row"], item["outcome"], item["result"]) == (0, "result", RESULT)
    assert [(step["step"], step["op"], step["changed"]) for step in item["steps"]] == [
        (0, "rename", ["ts", "amt", "timestamp", "amount"]),
        (1, "cast", []),
        (2, "cast", ["amount"]),
        (3, "mask", ["email"]),
        (4, "mask", ["phone"]),
    ]
    assert item["steps"][-1]["item"] == RESULT


def test_what_is_masked_later_does_not_show_before(client):
    response = client.post(PATH, {"items": [ITEM]}, format="json")
    assert [step["item"]["email"] for step in response.json()["items"][0]["steps"]] == [
        *["***"] * 3,
        *["u***r@example.com"] * 2,
    ]
    copied = [{"op": "compute", "field": "copy", "expression": "email"}, {"op": "drop", "fields": ["copy", "email"]}]
    copying = client.post(PATH, {"items": [ITEM], "steps": copied, "sensitive": ["email"]}, format="json")
    assert copying.json()["items"][0]["steps"][0]["item"]["copy"] == "***"
    for answer in (response, copying):
        assert ITEM["email"] not in answer.content.decode()


def test_steps_that_nobody_stored_can_be_tried(client):
    found = tried(client, steps=[NUMBER, POSITIVE], items=[{"n": "1"}, {"n": "-1"}, {"n": "secret"}, 5])
    assert [(item["outcome"], item["result"], item["field"], item["reason"]) for item in found] == [
        ("result", {"n": 1.0}, None, None),
        ("filtered", None, None, None),
        ("error", None, "n", "Invalid number format"),
        ("error", None, None, "Not an object"),
    ]
    assert [len(item["steps"]) for item in found] == [2, 2, 1, 0]
    assert "secret" not in str(found)


def test_a_version_that_is_not_in_use_can_be_tried(client, client_for):
    admin = client_for("batch_admin")
    stricter = {"steps": [{"op": "drop", "except": ["amt"]}]}
    assert admin.post("/api/v1/transform/pipelines/default/versions", stricter, format="json").status_code == 201
    assert tried(client, pipeline="default", version=2, items=[ITEM])[0]["result"] == {"amt": "100.50"}
    assert tried(client, pipeline="default", items=[ITEM])[0]["result"] == RESULT


def test_nothing_is_stored(client):
    tried(client, items=[ITEM])
    assert not TransformBatch.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [{}] * 101}, "items"),
        ({"items": {}}, "items"),
        ({"items": [{}], "steps": [{"op": "trim"}]}, "steps.0.fields"),
        ({"items": [{}], "steps": [NUMBER], "sensitive": ["n"]}, "sensitive"),
        ({"items": [{}], "steps": [NUMBER], "pipeline": "default"}, "steps"),
        ({"items": [{}], "sensitive": ["n"]}, "sensitive"),
        ({"items": [{}], "pipeline": "nothing"}, "pipeline"),
        ({"items": [{}], "version": 0}, "version"),
        ({"items": [{}], "version": 99}, "version"),
    ],
)
def test_what_can_not_be_tried_is_refused_by_field(client, body, field):
    assert field in refused(client, **body)


def test_trying_ends_at_its_deadline_over_all_items(client, monkeypatch):
    monkeypatch.setattr("batches.transform.pipeline.explaining.TRY_SECONDS", 0.01)
    slow = {"op": "regex_replace", "field": "a", "pattern": "a(.*z)?", "replacement": "b"}
    found = tried(client, steps=[slow], items=[{"a": "a" * 20_000}, {"a": "a"}])
    assert [(item["outcome"], item["field"], item["reason"]) for item in found] == [
        ("error", "a", "The pipeline takes too long")
    ] * 2


def test_trying_shows_no_more_than_a_limit(client, monkeypatch):
    monkeypatch.setattr("batches.transform.pipeline.explaining.MOST_SHOWN", 1000)
    twice = {"op": "compute", "field": "a", "expression": "a + a"}
    assert len(tried(client, steps=[twice] * 2, items=[{"a": "a" * 100}])) == 1
    assert "items" in refused(client, steps=[twice] * 5, items=[{"a": "a" * 100}])
