"""`POST /api/v1/transform/batch/{batch_id}/cancel`."""

from batches.transform.jobs import chunk as chunk_job
from batches.transform.models import TransformChunk
from project.access.models import AuditEntry
from tests.transform.api.batches import ITEM, PATH, Gate, ended, queued, send, status


def cancel(client, batch_id):
    return client.post(f"{PATH}/{batch_id}/cancel")


def test_a_waiting_batch_is_cancelled_with_the_contracts_answer(client):
    batch_id = queued(client, [ITEM])
    response = cancel(client, batch_id)
    assert response.status_code == 200
    assert response.json() == {"status": "cancelled", "message": "Batch processing job cancelled successfully"}
    found = status(client, batch_id)
    assert (found["status"], found["processed"], found["started_at"]) == ("cancelled", 0, None)
    assert found["completed_at"]
    assert AuditEntry.objects.get(operation="transform.cancel").target == batch_id


def test_nothing_is_done_of_it_afterwards(client, request, run_jobs):
    batch_id = queued(client, [ITEM] * 20, batch_size=1)
    cancel(client, batch_id)
    run_jobs()
    assert status(client, batch_id)["status"] == "cancelled"
    assert not TransformChunk.objects.exclude(results=None, items=b"").exists()
    assert client.get(f"{PATH}/{batch_id}/results").status_code == 409


def test_a_part_that_is_being_worked_on_counts_for_nothing(client, workers, monkeypatch):
    gate = Gate()
    monkeypatch.setattr(chunk_job, "compiled", lambda _: gate)
    batch_id = queued(client, [ITEM] * 4, batch_size=1)
    assert gate.entered.acquire(timeout=60)
    assert status(client, batch_id)["status"] == "processing"
    assert cancel(client, batch_id).status_code == 200
    gate.opened.set()
    assert ended(client, batch_id)["status"] == "cancelled"
    monkeypatch.undo()
    assert ended(client, queued(client, [ITEM]))["status"] == "completed"
    assert status(client, batch_id)["processed"] == 0
    assert not TransformChunk.objects.filter(batch__batch_id=batch_id).exclude(results=None).exists()


def test_a_batch_that_has_ended_is_a_conflict_that_says_how(client):
    batch_id = send(client, [ITEM]).json()["batch_id"]
    response = cancel(client, batch_id)
    body = response.json()
    assert (response.status_code, body["error"]) == (409, "conflict")
    assert body["details"] == {"batch_id": batch_id, "status": "completed"}
    again = queued(client, [ITEM])
    assert [cancel(client, again).status_code for _ in range(2)] == [200, 409]


def test_an_unknown_batch_is_a_404(client):
    response = cancel(client, "batch_none")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
