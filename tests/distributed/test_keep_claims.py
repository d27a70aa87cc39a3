"""POST /api/distributed/workers/{workerId}/extend and /checkpoint"""

from typing import Any

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused, wrong_field
from tests.distributed.remote import Remote, of, some_jobs
from workers.models import JobCheckpoint, Lease
from workers.services import cancel


@pytest.fixture
def worker(client_for) -> Remote:
    return Remote(client_for(Role.WORKER))


def test_a_claim_that_is_extended_lasts_another_lease_time(worker):
    some_jobs(2)
    jobs = worker.claim()
    before = Lease.objects.get().until
    body = worker.call("extend", claims=[jobs[0]["claim"]]).json()
    assert body["claims"] == [{"claim": jobs[0]["claim"], "jobs": [job["jobId"] for job in jobs]}]
    assert Lease.objects.get().until > before


def test_what_was_taken_away_is_missing(worker):
    some_jobs(3)
    first, second, third = worker.claim(2) + worker.claim(1)
    worker.complete(first)
    worker.release(third)
    body = worker.call("extend", claims=[second["claim"], third["claim"]]).json()
    assert body["claims"] == [{"claim": second["claim"], "jobs": [second["jobId"]]}]


def test_when_nothing_is_held_it_is_409(worker):
    body = refused(worker.call("extend", claims=[41, 42]), 409, ErrorCode.STALE_CLAIM)
    assert body["details"]["lost"] == [41, 42]


def test_claims_of_another_worker_are_not_extended(worker):
    some_jobs()
    (job,) = worker.claim()
    refused(Remote(worker.client, "worker-2").call("extend", claims=[job["claim"]]), 409, ErrorCode.STALE_CLAIM)


def save(worker: Remote, *jobs: dict, data: object) -> Any:
    return worker.call("checkpoint", checkpoints=[{**of(job), "data": data} for job in jobs])


def test_the_newest_checkpoint_of_a_job_is_kept_and_numbers_grow(worker):
    some_jobs(2)
    first, second = worker.claim()
    assert save(worker, first, data={"done": 1}).json() == {"success": True, "accepted": 1, "refused": []}
    assert save(worker, second, first, data=[2]).json()["accepted"] == 2
    kept = {one.job_id: one for one in JobCheckpoint.objects.all()}
    assert [one.data for one in kept.values()] == [[2], [2]]
    assert {one.number for one in kept.values()} == {2, 3}


def test_a_late_checkpoint_is_refused_and_listed(worker):
    some_jobs(2)
    late, good = worker.claim(1) + worker.claim(1)
    worker.release(late)
    assert save(worker, late, good, data=1).json()["refused"] == [of(late)]
    refused(save(worker, late, data=2), 409, ErrorCode.STALE_CLAIM)
    assert JobCheckpoint.objects.get().job_id == good["jobId"]


def test_that_of_a_cancelled_execution_is_refused(worker):
    execution = some_jobs()
    (job,) = worker.claim()
    cancel(execution_id=execution.pk, reason="not needed")
    refused(save(worker, job, data=1), 409, ErrorCode.STALE_CLAIM)


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("extend", {}, "claims"),
        ("extend", {"claims": []}, "claims"),
        ("extend", {"claims": ["1"]}, "claims.0"),
        ("checkpoint", {"checkpoints": [{"jobId": 1, "claim": 1}]}, "checkpoints.0.data"),
    ],
)
def test_a_wrong_field_is_400_and_named(worker, verb, body, field):
    wrong_field(worker.call(verb, **body), field)


def test_a_job_has_one_checkpoint_in_a_call(worker):
    some_jobs()
    (job,) = worker.claim()
    refused(save(worker, job, job, data=1), 400, ErrorCode.INVALID_REQUEST)
