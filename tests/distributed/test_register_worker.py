"""POST /api/distributed/workers/register"""

import threading

import pytest
from django.db import connections
from rest_framework.test import APIClient

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused, wrong_field
from tests.distributed.remote import WORKERS, Remote, key_of, register, some_jobs
from workers.models import FinishedJob, JobAttempt, Worker
from workers.runtime import Runtime


@pytest.fixture
def client(client_for):
    return client_for(Role.WORKER)


def test_the_answer_says_when_and_how_long_claims_last(client):
    body = register(client, capabilities=["gpu"], metadata={"cpuCores": 8}, pid=77).json()
    worker = Worker.objects.get()
    assert body == {
        "success": True,
        "workerId": "worker-1",
        "registeredAt": worker.started_at.isoformat().replace("+00:00", "Z"),
        "heartbeatSeconds": 30.0,
        "leaseSeconds": 90.0,
    }
    assert (worker.name, worker.hostname, worker.pid, worker.slots) == ("worker-1", "node-1", 77, 4)
    assert (worker.capabilities, worker.metadata, worker.has_session) == (["gpu"], {"cpuCores": 8}, False)
    assert (worker.queues, worker.types, worker.actor.username) == (["*"], None, "worker")


def test_it_is_audited(client):
    register(client)
    entry = AuditEntry.objects.get(operation="worker.register")
    assert (entry.target, entry.actor_name, entry.details["took_over"]) == ("worker-1", "worker", False)


def test_a_heartbeat_of_its_own_makes_claims_shorter(client):
    assert register(client, heartbeatSeconds=5).json()["leaseSeconds"] == 15


def test_an_id_that_is_registered_is_taken_over_and_its_jobs_go_back_at_once(client):
    some_jobs(2)
    first = Remote(client)
    jobs = first.claim()
    second = Remote(client)
    assert [job["id"] for job in second.claim()] == ["1", "2"]
    body = refused(second.complete(*jobs), 409, ErrorCode.STALE_CLAIM)
    assert body["details"]["refused"] == [{"jobId": job["jobId"], "claim": job["claim"]} for job in jobs]
    assert not FinishedJob.objects.exists()
    assert JobAttempt.objects.count() == 2  # what made a worker start anew may be one of them
    assert Worker.objects.filter(stopped_at=None).count() == 1


def test_many_that_register_one_id_at_once_leave_one_worker(client_for):
    clients = [client_for(Role.WORKER) for _ in range(8)]
    statuses: list[int] = []

    def one(client: APIClient) -> None:
        statuses.append(register(client).status_code)
        connections.close_all()

    threads = [threading.Thread(target=one, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert Worker.objects.filter(stopped_at=None).count() == 1


def test_the_id_of_another_users_worker_is_refused_save_to_an_administrator():
    register(key_of("ann", Role.WORKER))
    body = refused(register(key_of("bob", Role.WORKER)), 403, ErrorCode.FORBIDDEN)
    assert "registered by another user" in body["message"]
    assert register(key_of("eve", Role.BATCH_ADMIN)).status_code == 200


def test_a_worker_process_cannot_be_taken_over(client_for, database):
    runtime = Runtime(slots=1, name="our-own").start()
    try:
        while not runtime.is_present:
            pass
        body = refused(register(client_for(Role.BATCH_ADMIN), "our-own"), 409, ErrorCode.CONFLICT)
        assert "our-own is a worker process" in body["message"]
    finally:
        runtime.stop()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workerId", "a/b"),
        ("workerId", ""),
        ("workerId", "x" * 129),
        ("workerId", "register"),
        ("workerId", 7),
        ("hostname", ""),
        ("hostname", None),
        ("pid", -1),
        ("pid", "12"),
        ("capabilities", "gpu"),
        ("maxConcurrency", 0),
        ("maxConcurrency", 1.5),
        ("maxConcurrency", 10_001),
        ("currentLoad", -1),
        ("metadata", []),
        ("queues", []),
        ("types", []),
        ("heartbeatSeconds", 0.1),
        ("heartbeatSeconds", 3601),
        ("colour", "red"),
    ],
)
def test_a_wrong_field_is_400_and_named(client, field, value):
    wrong_field(register(client, **{field: value}) if field != "workerId" else register(client, value), field)


def test_what_is_missing_is_named(client):
    body = refused(client.post(f"{WORKERS}/register", {}), 400, ErrorCode.INVALID_REQUEST)
    assert set(body["details"]["fields"]) == {"workerId", "hostname", "maxConcurrency"}


def test_it_needs_a_key_of_a_worker(client_for):
    refused(register(client_for()), 401, ErrorCode.UNAUTHORIZED)
    refused(register(client_for(Role.FINANCE_VIEWER)), 403, ErrorCode.FORBIDDEN)


def test_get_is_405(client):
    refused(client.get(f"{WORKERS}/register"), 405, ErrorCode.METHOD_NOT_ALLOWED)


def test_no_key_is_needed_where_the_installation_says_so(client_for, settings):
    settings.REQUIRE_API_KEY = False
    worker = Remote(client_for())
    assert worker.call("heartbeat", currentLoad=1).status_code == 200
    assert Worker.objects.get().actor is None
