"""DELETE /api/distributed/workers/{workerId}"""

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused
from tests.distributed.remote import WORKERS, Remote, key_of, some_jobs
from workers.models import JobAttempt, Worker


@pytest.fixture
def worker(client_for) -> Remote:
    return Remote(client_for(Role.WORKER))


def test_its_jobs_go_back_at_once_and_uncounted(worker):
    some_jobs(3)
    jobs = worker.claim()
    body = worker.client.delete(worker.path).json()
    assert body == {"success": True, "workerId": "worker-1", "message": "Worker worker-1 is deregistered."}
    again = Remote(worker.client, "worker-2").claim()
    assert [(job["jobId"], job["attempt"]) for job in again] == [(job["jobId"], 1) for job in jobs]
    assert not JobAttempt.objects.exists()
    assert Worker.objects.get(name="worker-1").stop_reason == "deregistered"


def test_it_is_audited(worker):
    worker.client.delete(worker.path)
    assert AuditEntry.objects.get(operation="worker.deregister").target == "worker-1"


def test_twice_is_404(worker):
    worker.client.delete(worker.path)
    refused(worker.client.delete(worker.path), 404, ErrorCode.WORKER_NOT_REGISTERED)


def test_another_users_worker_is_403(worker, client_for):
    refused(key_of("stranger", Role.WORKER).delete(worker.path), 403, ErrorCode.FORBIDDEN)
    refused(client_for(Role.FINANCE_VIEWER).delete(worker.path), 403, ErrorCode.FORBIDDEN)
    refused(client_for().delete(worker.path), 401, ErrorCode.UNAUTHORIZED)
    assert key_of("administrator", Role.BATCH_ADMIN).delete(worker.path).status_code == 200


def test_a_worker_process_is_stopped_otherwise(client_for, workers):
    while not workers.is_present:
        pass
    client = client_for(Role.BATCH_ADMIN)
    name = client.get(WORKERS).json()["workers"][0]["workerId"]
    assert "speaks for itself" in refused(client.delete(f"{WORKERS}/{name}"), 409, ErrorCode.CONFLICT)["message"]
