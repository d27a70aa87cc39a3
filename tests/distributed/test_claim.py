"""POST /api/distributed/workers/{workerId}/claim"""

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused, wrong_field
from tests.distributed.remote import Remote, key_of, some_jobs
from workers.models import Lease
from workers.services import Dependency, JobSpec, submit


@pytest.fixture
def client(client_for):
    return client_for(Role.WORKER)


def test_a_job_comes_with_all_that_is_needed_to_run_it(client):
    spec = JobSpec(key="a", type="train", payload={"epochs": 3}, timeout_seconds=60, name="Training")
    execution = submit(workflow="test", jobs=[spec])
    worker = Remote(client)
    body = worker.call("claim").json()
    (job,) = body["jobs"]
    lease = Lease.objects.get()
    assert job == {
        "jobId": lease.ids[0],
        "claim": lease.pk,
        "executionId": f"exec-{execution.pk}",
        "id": "a",
        "name": "Training",
        "type": "train",
        "queue": "default",
        "config": {"epochs": 3},
        "parents": {},
        "attempt": 1,
        "timeoutSeconds": 60,
        "lastError": None,
        "checkpoint": None,
    }
    assert (lease.until - lease.claimed_at).total_seconds() == pytest.approx(90, abs=5)
    assert worker.claim() == []


def test_by_default_there_are_as_many_as_the_worker_can_run_at_once(client):
    some_jobs(6)
    worker = Remote(client, maxConcurrency=4)
    assert len(worker.call("claim").json()["jobs"]) == 4
    assert len(worker.claim(100)) == 2


def test_results_of_parents_come_along(client):
    jobs = [
        JobSpec(key="left", type="remote"),
        JobSpec(key="right", type="remote"),
        JobSpec(key="broken", type="remote", max_attempts=1),
        JobSpec(key="child", type="remote", depends_on=("left", "right", Dependency("broken", on_failure="ignore"))),
    ]
    submit(workflow="test", jobs=jobs)
    worker = Remote(client)
    left, right, broken = worker.claim()
    worker.complete(left, output={"sum": 9})
    worker.complete(right, output=[1, 2])
    worker.fail(broken)
    (child,) = worker.claim()
    assert child["parents"] == {"left": {"sum": 9}, "right": [1, 2]}


def test_a_second_attempt_knows_the_error_and_the_checkpoint(client):
    some_jobs(1, backoff_seconds=0)
    worker = Remote(client)
    (job,) = worker.claim()
    named = {"jobId": job["jobId"], "claim": job["claim"]}
    worker.call("checkpoint", checkpoints=[{**named, "data": {"done": 7}}])
    worker.fail(job, error="disk full")
    (again,) = worker.claim()
    assert (again["attempt"], again["lastError"], again["checkpoint"]) == (2, "disk full", {"done": 7})


def test_a_worker_gets_only_what_it_can_do(client):
    some_jobs(1, type="train", requires=("gpu",))
    some_jobs(1, type="train", requires=("memoryGB >= 32",))
    some_jobs(1, type="other")
    some_jobs(1, type="train", queue="night")
    about = {"types": ["train"], "queues": ["default"]}
    assert Remote(client, "plain", **about).claim() == []
    assert len(Remote(client, "gpu", capabilities=["gpu"], **about).claim()) == 1
    assert Remote(client, "small", metadata={"memoryGB": 31}, **about).claim() == []
    assert len(Remote(client, "large", metadata={"memoryGB": 32}, **about).claim()) == 1
    assert len(Remote(client, "any").claim()) == 2


@pytest.mark.parametrize("role", [Role.INTEGRATOR, Role.BATCH_OPERATOR])
def test_only_workers_and_administrators_claim(client, client_for, role):
    worker = Remote(client)
    refused(client_for(role).post(f"{worker.path}/claim", {}), 403, ErrorCode.FORBIDDEN)
    refused(client_for().post(f"{worker.path}/claim", {}), 401, ErrorCode.UNAUTHORIZED)


def test_another_users_key_gets_nothing(client):
    some_jobs()
    worker = Remote(client)
    stranger = key_of("stranger", Role.WORKER)
    for verb in ("claim", "complete", "fail", "release", "checkpoint", "extend"):
        refused(stranger.post(f"{worker.path}/{verb}", {}), 403, ErrorCode.FORBIDDEN)
    assert len(worker.claim()) == 1


def test_a_worker_that_is_not_registered_is_told_to(client):
    worker = Remote(client)
    client.delete(worker.path)
    refused(worker.call("claim"), 404, ErrorCode.WORKER_NOT_REGISTERED)


@pytest.mark.parametrize(
    ("field", "value"), [("slots", 0), ("slots", 1001), ("slots", "1"), ("waitSeconds", -1), ("waitSeconds", 31)]
)
def test_a_wrong_field_is_400(client, field, value):
    wrong_field(Remote(client).call("claim", **{field: value}), field)


def test_a_silent_workers_jobs_are_taken_back_by_the_claims_of_others(client):
    some_jobs(2)
    silent = Remote(client, "silent", heartbeatSeconds=0.5)
    jobs = silent.claim()
    other = Remote(client, "other")
    again: list = []
    while not again:
        again = other.claim()
    assert [job["id"] for job in again] == ["1", "2"]
    assert {job["lastError"] for job in again} == {"worker lost: lease expired"}
    refused(silent.complete(*jobs), 409, ErrorCode.STALE_CLAIM)
    assert other.complete(*again).json()["accepted"] == 2
