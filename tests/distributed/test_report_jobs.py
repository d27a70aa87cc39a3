"""POST /api/distributed/workers/{workerId}/complete, /fail and /release"""

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused, wrong_field
from tests.distributed.remote import Remote, of, some_jobs
from workers.models import FinishedJob, JobAttempt
from workers.queries import execution_state
from workers.services import cancel


@pytest.fixture
def worker(client_for) -> Remote:
    return Remote(client_for(Role.WORKER))


def states() -> list[str]:
    return list(FinishedJob.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("output", [{"accuracy": 0.97}, [1, "two"], "text", 7, None, {"deep": {"ä": "\u2028"}}])
def test_completed_jobs_keep_their_outputs(worker, output):
    execution = some_jobs(2)
    body = worker.complete(*worker.claim(), output=output).json()
    assert body == {"success": True, "accepted": 2, "refused": []}
    assert [finished.output for finished in FinishedJob.objects.all()] == [output] * 2
    assert execution_state(execution.pk).status == "completed"


def test_jobs_of_a_claim_may_end_in_any_order_and_way(worker):
    some_jobs(4, max_attempts=1)
    first, second, third, fourth = worker.claim()
    assert worker.complete(third, first).json()["accepted"] == 2
    assert worker.fail(fourth).json()["accepted"] == 1
    assert worker.release(second).json()["accepted"] == 1
    assert states() == ["completed", "completed", "failed"]
    assert [job["id"] for job in worker.claim()] == ["2"]


def test_a_failure_is_tried_again_until_the_attempts_are_over(worker):
    some_jobs(1, max_attempts=2, backoff_seconds=0)
    worker.fail(*worker.claim(), error="first")
    worker.fail(*worker.claim(), error="second")
    assert JobAttempt.objects.get().error == "first"
    assert (states(), FinishedJob.objects.get().error) == (["failed"], "second")


def test_a_permanent_failure_is_not(worker):
    some_jobs(1, max_attempts=5)
    worker.fail(*worker.claim(), error="no such model", permanent=True)
    assert (states(), FinishedJob.objects.get().error) == (["failed"], "no such model")


def test_what_is_released_goes_back_at_once_and_uncounted(worker):
    some_jobs(2)
    jobs = worker.claim()
    assert worker.release(*jobs).json() == {"success": True, "accepted": 2, "refused": []}
    assert [job["attempt"] for job in worker.claim()] == [1, 1]


def test_all_but_what_is_known_can_be_released(worker):
    some_jobs(3)
    known, lost = worker.claim(1), worker.claim(2)
    assert worker.call("release", keep=[known[0]["claim"]]).json()["accepted"] == 2
    assert [job["jobId"] for job in worker.claim()] == [job["jobId"] for job in lost]
    assert worker.complete(*known).json()["accepted"] == 1
    assert worker.call("release", keep=[]).json()["accepted"] == 2
    assert worker.call("release", keep=[]).json()["accepted"] == 0


def test_late_results_are_listed_beside_those_that_count(worker):
    some_jobs(2)
    late, good = worker.claim(1) + worker.claim(1)
    worker.call("release", jobs=[of(late)])
    body = worker.complete(late, good).json()
    assert body == {"success": True, "accepted": 1, "refused": [of(late)]}
    assert states() == ["completed"]


@pytest.mark.parametrize("report", ["complete", "fail", "release"])
def test_when_nothing_counts_it_is_409_and_says_what_to_do(worker, report):
    some_jobs()
    (job,) = worker.claim()
    worker.complete(job)
    body = refused(getattr(worker, report)(job), 409, ErrorCode.STALE_CLAIM)
    assert body["details"]["refused"] == [of(job)]
    assert "Drop the work" in body["message"]
    assert states() == ["completed"]


def test_the_claims_of_another_worker_count_for_nothing(worker):
    some_jobs()
    jobs = worker.claim()
    refused(Remote(worker.client, "worker-2").complete(*jobs), 409, ErrorCode.STALE_CLAIM)
    assert worker.complete(*jobs).status_code == 200


def test_results_of_a_cancelled_execution_are_refused(worker):
    execution = some_jobs()
    jobs = worker.claim()
    cancel(execution_id=execution.pk, reason="not needed")
    refused(worker.complete(*jobs), 409, ErrorCode.STALE_CLAIM)
    assert states() == ["cancelled"]


def test_a_job_is_named_once(worker):
    some_jobs()
    (job,) = worker.claim()
    body = refused(worker.complete(job, job), 400, ErrorCode.INVALID_REQUEST)
    assert f"Job {job['jobId']} is named twice" in body["message"]
    refused(worker.fail(job, job), 400, ErrorCode.INVALID_REQUEST)
    refused(worker.release(job, job), 400, ErrorCode.INVALID_REQUEST)
    assert states() == []


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("complete", {}, "results"),
        ("complete", {"results": []}, "results"),
        ("complete", {"results": [{"jobId": 1}]}, "results.0.claim"),
        ("complete", {"results": [{"jobId": "1", "claim": 1}]}, "results.0.jobId"),
        ("complete", {"results": [{"jobId": 1, "claim": 2**63}]}, "results.0.claim"),
        ("complete", {"results": [{"jobId": 1, "claim": 1, "result": 1}]}, "results.0.result"),
        ("fail", {"failures": [{"jobId": 1, "claim": 1}]}, "failures.0.error"),
        ("fail", {"failures": [{"jobId": 1, "claim": 1, "error": ""}]}, "failures.0.error"),
        ("fail", {"failures": [{"jobId": 1, "claim": 1, "error": "x", "permanent": "no"}]}, "failures.0.permanent"),
        ("release", {"jobs": []}, "jobs"),
    ],
)
def test_a_wrong_field_is_400_and_named(worker, verb, body, field):
    wrong_field(worker.call(verb, **body), field)


@pytest.mark.parametrize("body", [{}, {"jobs": [{"jobId": 1, "claim": 1}], "keep": []}])
def test_a_release_names_jobs_or_what_to_keep(worker, body):
    assert "either jobs or keep" in refused(worker.call("release", **body), 400, ErrorCode.INVALID_REQUEST)["message"]


def test_a_thousand_results_go_at_once_and_no_more(worker):
    some_jobs(1000)
    jobs = worker.claim(1000)
    assert worker.complete(*jobs, output={"n": 1}).json()["accepted"] == 1000
    too_many = [{"jobId": number, "claim": 1} for number in range(1, 1002)]
    wrong_field(worker.call("complete", results=too_many), "results")
