"""GET /api/distributed/workers and /workers/{workerId}"""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.roles import ALL_READERS, Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused
from tests.distributed.remote import WORKERS, Remote, register, some_jobs
from workers.models import Worker

MEMBERS = {
    "workerId", "hostname", "capabilities", "status", "currentLoad", "maxConcurrency", "utilization", "lastHeartbeat",
    "uptime",
}  # fmt: skip


@pytest.fixture
def client(client_for):
    return client_for(Role.WORKER)


def only(client) -> dict:
    body = client.get(WORKERS).json()
    assert (body["success"], body["count"], len(body["workers"])) == (True, 1, 1)
    return body["workers"][0]


def test_there_may_be_none(client):
    assert client.get(WORKERS).json() == {"success": True, "count": 0, "workers": []}


def test_a_worker_has_every_member_of_the_contract(client):
    register(client, capabilities=["cpu", "high-memory"])
    worker = only(client)
    assert set(worker) == MEMBERS
    assert (worker["workerId"], worker["hostname"]) == ("worker-1", "node-1")
    assert worker["capabilities"] == ["cpu", "high-memory"]
    assert (worker["currentLoad"], worker["maxConcurrency"], worker["utilization"]) == (0, 4, 0)
    assert 0 <= worker["uptime"] < 60


def test_the_status_follows_from_heartbeat_and_load(client):
    worker = Remote(client)
    assert only(client)["status"] == "active"
    worker.call("heartbeat", currentLoad=0)
    assert only(client)["status"] == "idle"
    worker.call("heartbeat", currentLoad=1)
    assert (only(client)["status"], only(client)["utilization"]) == ("busy", 25)
    Worker.objects.update(last_heartbeat=timezone.now() - timedelta(seconds=89))
    assert only(client)["status"] == "busy"
    Worker.objects.update(last_heartbeat=timezone.now() - timedelta(seconds=91))
    assert only(client)["status"] == "unhealthy"


def test_a_load_that_was_registered_counts(client):
    register(client, currentLoad=2)
    assert (only(client)["status"], only(client)["utilization"]) == ("busy", 50)


def test_worker_processes_are_listed_by_their_name(client, workers):
    while not workers.is_present:
        pass
    worker = only(client)
    assert worker["maxConcurrency"] == 2
    detail = client.get(f"{WORKERS}/{worker['workerId']}").json()["worker"]
    assert (detail["remote"], detail["owner"]) == (False, None)
    assert "noop" in detail["types"]


def test_one_worker_shows_what_it_holds(client):
    some_jobs(3)
    worker = Remote(client, metadata={"memoryGB": 32}, queues=["default"], types=["remote"])
    jobs = worker.claim(2)
    detail = client.get(worker.path).json()["worker"]
    assert set(detail) > MEMBERS
    assert (detail["metadata"], detail["queues"], detail["types"]) == ({"memoryGB": 32}, ["default"], ["remote"])
    assert (detail["remote"], detail["owner"]) == (True, "worker")
    (held,) = detail["claims"]
    assert held["jobs"] == [job["jobId"] for job in jobs]
    assert (held["claim"], held["type"], held["queue"], held["attempt"]) == (jobs[0]["claim"], "remote", "default", 1)


def test_an_unknown_worker_is_404_and_says_register(client):
    for name in ("nobody", "a%20b"):
        body = refused(client.get(f"{WORKERS}/{name}"), 404, ErrorCode.WORKER_NOT_REGISTERED)
        assert "register" in body["message"]
    for verb in ("heartbeat", "claim"):
        refused(client.post(f"{WORKERS}/%00/{verb}"), 404, ErrorCode.WORKER_NOT_REGISTERED)


@pytest.mark.parametrize("path", [WORKERS, f"{WORKERS}/worker-1"])
def test_every_reader_may_read_and_others_may_not(client_for, client, path):
    register(client)
    for role in (*ALL_READERS, Role.INTEGRATOR, Role.WORKER):
        assert client_for(role).get(path).status_code == 200
    refused(client_for().get(path), 401, ErrorCode.UNAUTHORIZED)
    refused(client_for(Role.RECONCILIATION_OPERATOR).get(path), 403, ErrorCode.FORBIDDEN)
