"""Status, results, the list and cancelling, while nothing runs the items."""

import pytest
from rest_framework.test import APIClient

from batches.processor.models import InferenceBatch
from project.access import keys
from project.access.models import AuditEntry
from project.access.roles import Role

API = "/api/batch-processor"
ITEMS = [{"input": [1, 2, 3]}, {"input": [4, 5, 6], "request_id": "mine"}]
TIMES = ["queued", "processing", "completed", "failed", "cancelling", "cancelled", "expired"]
READERS = {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR}

pytestmark = pytest.mark.usefixtures("model")


def submit(client, **more) -> str:
    answer = client.post(f"{API}/submit", {"data": ITEMS, "timeout_ms": 300_000, **more})
    return answer.json()["batch_id"]


def test_a_batch_that_waits_says_so(integrator):
    name = submit(integrator, priority="high", metadata={"a": 1})
    body = integrator.get(f"{API}/status/{name}").json()
    assert {key: body[key] for key in ("batch_id", "status", "progress", "completed_requests", "total_requests")} == {
        "batch_id": name,
        "status": "queued",
        "progress": 0.0,
        "completed_requests": 0,
        "total_requests": 2,
    }
    assert (body["processing_time_ms"], body["queue_position"], body["priority"]) == (0.0, 1, "high")
    assert (body["model"], body["owner"], body["metadata"]) == ("model-v1.0", "integrator", {"a": 1})
    assert body["times"] == dict.fromkeys(TIMES) | {"queued": body["times"]["queued"]}
    assert body["estimated_completion_time"] <= body["expires_at"]
    assert "error" not in body


def test_results_before_the_end_are_refused_and_say_when_to_come_again(integrator):
    name = submit(integrator)
    answer = integrator.get(f"{API}/results/{name}")
    body = answer.json()
    assert (answer.status_code, body["error"]) == (409, "BATCH_NOT_FINISHED")
    assert (answer["Retry-After"], body["details"]["status"]) == ("1", "queued")


def test_a_batch_that_waits_is_cancelled_at_once(integrator):
    name = submit(integrator)
    answer = integrator.delete(f"{API}/cancel/{name}")
    body = answer.json()
    assert (answer.status_code, body["status"], body["progress"], body["cancelled_requests"]) == (
        200,
        "cancelled",
        1.0,
        2,
    )
    assert body["times"]["cancelled"] >= body["times"]["cancelling"]
    assert "cancelled" in body["error"]


def test_a_cancelled_batch_has_a_result_for_each_item(integrator):
    name = submit(integrator)
    integrator.delete(f"{API}/cancel/{name}")
    answer = integrator.get(f"{API}/results/{name}")
    body = answer.json()
    assert (answer.status_code, body["batch_id"], body["status"]) == (200, name, "cancelled")
    assert [one["request_id"] for one in body["results"]] == ["req_1", "mine"]
    assert all(one["output"] is None and "cancelled" in one["error"] for one in body["results"])
    assert body["metadata"] == {"total_processing_time_ms": 0.0, "average_per_request_ms": None, "batch_size": 2}


def test_cancelling_twice_is_as_once_and_told_once(integrator):
    name = submit(integrator)
    integrator.delete(f"{API}/cancel/{name}")
    assert integrator.delete(f"{API}/cancel/{name}").status_code == 200
    assert AuditEntry.objects.filter(operation="processor.cancel", target=name).count() == 1


def test_what_has_ended_otherwise_is_not_cancelled(integrator):
    name = submit(integrator)
    InferenceBatch.objects.update(status="completed", completed=2)
    answer = integrator.delete(f"{API}/cancel/{name}")
    assert (answer.status_code, answer.json()["error"]) == (409, "ILLEGAL_TRANSITION")


def test_the_list_has_the_newest_first_by_pages(integrator):
    names = [submit(integrator) for _ in range(3)]
    first = integrator.get(f"{API}/batches?status=active&limit=2").json()
    assert [one["batch_id"] for one in first["batches"]] == [names[2], names[1]]
    rest = integrator.get(f"{API}/batches", {"status": "active", "limit": 2, "cursor": first["next"]}).json()
    assert ([one["batch_id"] for one in rest["batches"]], rest["next"]) == ([names[0]], None)
    assert [one["queue_position"] for one in [*first["batches"], *rest["batches"]]] == [3, 2, 1]


def test_the_list_by_status(integrator):
    gone, waiting = submit(integrator), submit(integrator)
    integrator.delete(f"{API}/cancel/{gone}")

    def names(status):
        return [one["batch_id"] for one in integrator.get(f"{API}/batches", {"status": status}).json()["batches"]]

    assert (names("active"), names("queued"), names("cancelled"), names("completed")) == (
        [waiting],
        [waiting],
        [gone],
        [],
    )
    assert [one["batch_id"] for one in integrator.get(f"{API}/batches").json()["batches"]] == [waiting, gone]


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=done", "status"), ("limit=0", "limit"), ("limit=x", "limit"), ("state=active", "state")],
)
def test_a_wrong_filter_is_named(integrator, query, field):
    answer = integrator.get(f"{API}/batches?{query}")
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [field])


ONE = [("GET", "status"), ("GET", "results"), ("DELETE", "cancel")]


@pytest.mark.parametrize(("method", "what"), ONE)
@pytest.mark.parametrize("name", ["batch_12345", "a b", "%00"])
def test_what_nobody_submitted_is_not_found(integrator, method, what, name):
    answer = integrator.generic(method, f"{API}/{what}/{name}")
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(("method", "what"), ONE)
def test_somebody_elses_batch_is_as_one_that_is_not_there(integrator, client_for, method, what):
    name = submit(integrator)
    stranger = client_for(Role.BATCH_OPERATOR)
    assert stranger.generic(method, f"{API}/{what}/{name}").status_code == 404
    assert stranger.get(f"{API}/batches").json()["batches"] == []
    assert InferenceBatch.objects.get().status == "queued"


def test_admins_and_auditors_see_all_batches_and_admins_cancel_them(integrator, admin, client_for):
    name = submit(integrator)
    for overseer in (admin, client_for(Role.AUDITOR)):
        assert overseer.get(f"{API}/status/{name}").json()["owner"] == "integrator"
        assert [one["batch_id"] for one in overseer.get(f"{API}/batches").json()["batches"]] == [name]
    assert admin.delete(f"{API}/cancel/{name}").json()["status"] == "cancelled"


@pytest.mark.parametrize("role", Role)
def test_each_endpoint_is_for_its_roles(client_for, role):
    client = client_for(role)
    reads, steers = role in READERS, role in READERS - {Role.AUDITOR}
    assert (client.get(f"{API}/status/none").status_code == 404) is reads
    assert (client.get(f"{API}/results/none").status_code == 404) is reads
    assert (client.get(f"{API}/batches").status_code == 200) is reads
    assert (client.delete(f"{API}/cancel/none").status_code == 404) is steers
    if not reads:
        assert {client.get(f"{API}/{path}").status_code for path in ("status/none", "results/none", "batches")} == {403}
    if not steers:
        assert client.delete(f"{API}/cancel/none").status_code == 403


@pytest.mark.parametrize("path", ["status/none", "results/none", "batches"])
def test_nobody_reads_without_a_key(client_for, path):
    assert client_for(None).get(f"{API}/{path}").status_code == 401


def test_an_auditor_who_also_submits_cancels_only_their_own(integrator, user_for):
    client, roles = APIClient(), [Role.AUDITOR, Role.INTEGRATOR]
    key = keys.create(name="both", owner=user_for(Role.AUDITOR), roles=roles, expires_at=None, actor=None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.secret}")
    others, own = submit(integrator), submit(client)
    assert client.get(f"{API}/status/{others}").status_code == 200
    assert client.delete(f"{API}/cancel/{others}").status_code == 404
    assert client.delete(f"{API}/cancel/{own}").json()["status"] == "cancelled"
    assert InferenceBatch.objects.get(batch_id=others).status == "queued"
