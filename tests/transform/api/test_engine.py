"""Batches that the engine does: asked for by `Prefer: respond-async`, or because they would take long."""

import pytest

from batches.transform.jobs import chunk as chunk_job
from batches.transform.models import TransformBatch, TransformChunk, TransformTotal
from batches.transform.pipeline import compiled
from batches.transform.queries.versions import active_version
from tests.transform.api.batches import (
    BAD,
    ITEM,
    PATH,
    RESULT,
    Gate,
    all_results,
    ended,
    numbered,
    pipeline,
    queued,
    send,
    status,
)
from workers.queries import failures, graph


def test_the_answer_says_where_the_batch_is(client):
    response = send(client, [ITEM], later=True)
    body = response.json()
    assert response.status_code == 202
    assert (body["status"], body["progress"], body["started_at"]) == ("queued", 0, None)
    assert response["Location"] == f"{PATH}/{body['batch_id']}"
    assert status(client, body["batch_id"]) == {**body, "duration": 0.0}


@pytest.mark.parametrize("preference", ["respond-async", "wait=5, Respond-Async", "respond-async; x=1"])
def test_the_preference_may_stand_among_others(client, preference):
    assert client.post(PATH, {"data": [ITEM]}, format="json", HTTP_PREFER=preference).status_code == 202


def test_another_preference_is_none_of_this(client):
    assert client.post(PATH, {"data": [ITEM]}, format="json", HTTP_PREFER="return=minimal").status_code == 200


@pytest.mark.parametrize("parallel", [True, False])
def test_the_results_are_those_of_the_request_that_waits(client, workers, parallel):
    items = numbered(95)
    batch_id = queued(client, items, batch_size=10, parallel=parallel)
    found = ended(client, batch_id)
    assert (found["status"], found["progress"], found["processed"], found["failed"]) == ("completed", 100, 95, 0)
    assert found["started_at"] <= found["completed_at"]
    assert found["duration"] > 0
    assert all_results(client, batch_id, limit=7) == send(client, items).json()["results"]


def test_no_items_end_too(client, workers):
    batch_id = queued(client, [])
    assert ended(client, batch_id)["status"] == "completed"
    assert all_results(client, batch_id) == []


def test_parts_run_one_after_another_when_they_may_not_run_in_parallel(client):
    def edges(parallel):
        batch = TransformBatch.objects.get(batch_id=queued(client, [ITEM] * 3, batch_size=1, parallel=parallel))
        found = graph(batch.execution_id)
        keys = {node.id: node.key for node in found.nodes}
        return {(keys[edge.parent], keys[edge.child]) for edge in found.edges}

    chain = {("chunk-0", "chunk-1"), ("chunk-1", "chunk-2"), ("chunk-2", "settle")}
    assert edges(parallel=False) == chain
    assert edges(parallel=True) == {(f"chunk-{number}", "settle") for number in range(3)}


def test_items_that_would_take_longer_than_a_second_go_to_the_engine_by_themselves(client):
    version = active_version()
    TransformTotal.objects.create(version_id=version.pk, shard=0, within=[], work_items=1000, work_seconds=1000 / 150)
    assert send(client, [ITEM] * 160).status_code == 202
    assert send(client, [ITEM] * 140).status_code == 200


def test_a_version_that_nobody_has_measured_is_tried_on_the_first_items(client, monkeypatch):
    from batches.transform.services import estimating

    tried = []

    class Clock:
        now = 0.0

        def perf_counter(self):
            return self.now

    clock = Clock()

    class Slow:
        def run(self, items, **options):
            tried.append(len(items))
            clock.now += 0.011 * len(items)

    monkeypatch.setattr("batches.transform.services.running.time", clock)
    assert estimating.seconds(active_version(), Slow(), [ITEM] * 1000) == pytest.approx(11.0)
    assert estimating.seconds(active_version(), Slow(), [ITEM] * 100) == 0.0
    assert tried == [100]


def test_a_bad_item_fails_the_batch_and_is_told_by_its_row(client, workers):
    items = numbered(60)
    items[33] = items[58] = BAD
    batch_id = queued(client, items, batch_size=10)
    found = ended(client, batch_id)
    assert found["status"] == "failed"
    assert found["error"] == {key: value for key, value in send(client, items).json().items() if key != "request_id"}
    assert found["error"]["details"]["row"] == 33
    response = client.get(f"{PATH}/{batch_id}/results")
    assert (response.status_code, response.json()["error"]) == (409, "conflict")
    assert not TransformChunk.objects.filter(batch__batch_id=batch_id).exclude(results=None, items=b"").exists()


def test_skipped_items_are_listed_by_page(client, workers):
    items = [ITEM if number % 10 else BAD for number in range(50)]
    batch_id = queued(client, items, batch_size=15, on_error="skip")
    found = ended(client, batch_id)
    assert (found["status"], found["processed"], found["failed"]) == ("completed", 50, 5)
    assert all_results(client, batch_id) == [RESULT] * 45
    rows = [one["row"] for one in client.get(f"{PATH}/{batch_id}/errors").json()["results"]]
    assert rows == [0, 10, 20, 30, 40]


def test_what_was_sent_is_kept_no_longer_than_it_is_needed(client, workers):
    ended(client, queued(client, [ITEM] * 30, batch_size=10))
    assert {bytes(chunk.items) for chunk in TransformChunk.objects.all()} == {b""}


def test_progress_is_that_of_the_parts(client, workers, monkeypatch):
    gate = Gate()
    seen = []

    def second_waits(version):
        seen.append(version)
        return compiled(version) if len(seen) == 1 else gate

    monkeypatch.setattr(chunk_job, "compiled", second_waits)
    batch_id = queued(client, [ITEM] * 4, batch_size=1, parallel=False)
    assert gate.entered.acquire(timeout=60)
    found = status(client, batch_id)
    assert (found["status"], found["progress"], found["processed"]) == ("processing", 25, 1)
    assert found["completed_at"] is None
    response = client.get(f"{PATH}/{batch_id}/results")
    assert response.status_code == 409
    assert "processing" in response.json()["message"]
    gate.opened.set()
    assert ended(client, batch_id)["status"] == "completed"


def test_a_version_that_is_replaced_meanwhile_still_does_the_batch(client, request):
    version = pipeline("changing", {"op": "rename", "fields": {"a": "b"}})
    batch_id = queued(client, [{"a": 1}], pipeline="changing")
    version.active = False
    version.save()
    type(version).objects.create(
        pipeline=version.pipeline, number=2, active=True, steps=[{"op": "rename", "fields": {"a": "c"}}]
    )
    request.getfixturevalue("workers")
    ended(client, batch_id)
    assert all_results(client, batch_id) == [{"b": 1}]


class Leaking:
    """Raises what it should not, with a value in it."""

    def run(self, items, **options):
        raise ValueError(f"secret {items}")


def test_a_pipeline_that_breaks_fails_the_batch_and_tells_nobody_of_the_items(client, workers, monkeypatch, caplog):
    monkeypatch.setattr(chunk_job, "compiled", lambda _: Leaking())
    batch_id = queued(client, [ITEM])
    found = ended(client, batch_id)
    assert (found["status"], found["error"]["error"]) == ("failed", "internal_server_error")
    ((key, error),) = failures(TransformBatch.objects.get().execution_id)
    assert key == "chunk-0"
    assert error.startswith("ValueError at test_engine.py:")
    assert "secret" not in caplog.text
