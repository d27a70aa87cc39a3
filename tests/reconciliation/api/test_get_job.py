"""`GET /reconciliation/jobs/{job_id}`"""

from datetime import timedelta
from uuid import uuid4

import pytest

from project.access.roles import Role
from reconciliation.models import Coverage, ReconciliationRange
from reconciliation.states import MismatchType, RangeState
from tests.reconciliation.rows import NOVEMBER, job, mismatch, running, sighted

PATH = "/api/v1/reconciliation/jobs"


def shown(client, made):
    answer = client.get(f"{PATH}/{made.pk}")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_job_is_shown_as_the_contract_does(operator):
    made = job()
    missing = mismatch(made, mismatch_type=MismatchType.MISSING_IN_POSTGRES, source_checksum="a1", target_checksum=None)
    differing = mismatch(made)
    body = shown(operator, made)
    assert body["job_id"] == str(made.pk)
    assert (body["duration_seconds"], body["drift_percentage"], body["validation_errors"]) == (135, 0.005, None)
    assert body["alert_fired"] is False
    assert body["mismatches_summary"] == {"MISSING_IN_POSTGRES": 30, "MISSING_IN_CASSANDRA": 10, "DATA_MISMATCH": 10}
    assert body["sample_mismatches"] == [
        {
            "mismatch_id": str(missing.pk),
            "primary_key_value": missing.primary_key_value,
            "mismatch_type": "MISSING_IN_POSTGRES",
            "detected_at": "2025-11-20T14:00:00Z",
            "resolution_status": "PENDING",
        },
        {
            "mismatch_id": str(differing.pk),
            "primary_key_value": differing.primary_key_value,
            "mismatch_type": "DATA_MISMATCH",
            "cassandra_checksum": "a1b2c3d4e5f6a1b2",
            "postgres_checksum": "f6e5d4c3b2a1f6e5",
            "detected_at": "2025-11-20T14:00:00Z",
            "resolution_status": "PENDING",
        },
    ]


def test_the_summary_has_all_three_types_also_when_there_is_none(operator):
    body = shown(operator, running())
    assert body["mismatches_summary"] == {"MISSING_IN_POSTGRES": 0, "MISSING_IN_CASSANDRA": 0, "DATA_MISMATCH": 0}
    assert body["sample_mismatches"] == []


def test_a_sample_is_small_and_of_this_job_alone(operator):
    made, other = job(), job(started_at=NOVEMBER + timedelta(hours=1))
    for _ in range(12):
        mismatch(made)
    seen_again = mismatch(made, job=other)
    sighted(seen_again, other, MismatchType.MISSING_IN_CASSANDRA)
    assert len(shown(operator, made)["sample_mismatches"]) == 10
    (again,) = shown(operator, other)["sample_mismatches"]
    assert (again["mismatch_id"], again["mismatch_type"]) == (str(seen_again.pk), "MISSING_IN_CASSANDRA")


def test_it_tells_how_far_it_is_and_what_it_proved(operator):
    made = job(execution_id=7, method="token ranges", deferred=3, detail="PARTIAL", compared_rows=9)
    for number, state in enumerate([RangeState.EQUAL, RangeState.EQUAL, RangeState.SPLIT, RangeState.DIFFERENT]):
        ReconciliationRange.objects.create(job=made, number=number, state=state)
    versions = {"mapping_version": 1, "canonical_version": 1}
    for rows in (100, 20):
        Coverage.objects.create(mapping=made.mapping, job=made, rows=rows, proved_at=NOVEMBER, **versions)
    body = shown(operator, made)
    assert body["ranges"] == {"PENDING": 0, "EQUAL": 2, "DIFFERENT": 1, "COUNTED": 0, "SPLIT": 1, "FAILED": 0}
    assert body["coverage"] == {"ranges": 2, "rows": 120, "proved_since": "2025-11-20T14:00:00Z"}
    assert (body["execution_id"], body["method"], body["deferred"]) == ("exec-7", "token ranges", 3)
    assert (body["detail"], body["compared_rows"]) == ("PARTIAL", 9)


def test_a_failed_job_says_why(operator):
    errors = [{"range": 4, "error": "The source does not answer."}]
    body = shown(operator, job(status="FAILED", validation_errors=errors))
    assert (body["validation_errors"], body["drift_percentage"]) == (errors, None)


def test_of_many_errors_the_first_are_told_and_how_many_there_are(operator):
    errors = [{"range": number, "error": "The source does not answer."} for number in range(250)]
    body = shown(operator, job(status="FAILED", validation_errors=errors))
    assert (body["validation_errors"], body["validation_error_count"]) == (errors[:100], 250)
    assert shown(operator, job())["validation_error_count"] == 0


def test_an_unknown_job_is_a_404_that_names_it(operator):
    unknown = uuid4()
    answer = operator.get(f"{PATH}/{unknown}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "JOB_NOT_FOUND"
    assert answer.json()["message"] == f"Reconciliation job with ID '{unknown}' not found"


@pytest.mark.parametrize("wrong", ["1", "550e8400-e29b-41d4-a716", "x" * 40])
def test_an_id_that_is_none_is_a_400_that_names_it(operator, wrong):
    answer = operator.get(f"{PATH}/{wrong}")
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert list(answer.json()["details"]["fields"]) == ["job_id"]


def test_everyone_but_remote_workers_reads(client_for):
    path = f"{PATH}/{job().pk}"
    status = {role: client_for(role).get(path).status_code for role in Role}
    assert status == {role: 403 if role == Role.WORKER else 200 for role in Role}
    assert client_for(None).get(path).status_code == 401


def test_another_method_is_a_405(operator):
    assert operator.delete(f"{PATH}/{job().pk}").status_code == 405
