"""`GET /reconciliation/jobs`"""

from datetime import UTC, datetime, timedelta

import pytest

from project.access.roles import Role
from reconciliation.states import JobStatus, JobType, Strategy
from tests.reconciliation.rows import NOVEMBER, job, mapping, running

PATH = "/api/v1/reconciliation/jobs"
CONTRACT = {
    "table_name": "users",
    "job_type": "MANUAL_ONDEMAND",
    "validation_strategy": "CHECKSUM",
    "started_at": "2025-11-20T14:00:00Z",
    "completed_at": "2025-11-20T14:02:15Z",
    "duration_seconds": 135,
    "status": "COMPLETED",
    "cassandra_row_count": 1000000,
    "postgres_row_count": 999950,
    "mismatch_count": 50,
    "drift_percentage": 0.005,
    "alert_fired": False,
}


def listed(client, **wanted):
    answer = client.get(PATH, wanted)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def ids(client, **wanted):
    return [one["job_id"] for one in listed(client, **wanted)["jobs"]]


def test_a_job_is_shown_as_the_contract_does(operator):
    made = job()
    body = listed(operator, table="users", status="COMPLETED", from_date="2025-11-01T00:00:00Z", page=1, page_size=20)
    (shown,) = body["jobs"]
    assert {name: shown[name] for name in ["job_id", *CONTRACT]} == {"job_id": str(made.pk), **CONTRACT}
    assert list(shown)[:13] == ["job_id", *CONTRACT]
    assert body["pagination"] == {"page": 1, "page_size": 20, "total_pages": 1, "total_items": 1}


def test_no_difference_is_no_drift(operator):
    job(source_rows=999_800, target_rows=999_800, mismatch_count=0, validation_strategy=Strategy.ROW_COUNT)
    (shown,) = listed(operator)["jobs"]
    assert (shown["drift_percentage"], shown["mismatch_count"], shown["severity"]) == (0.0, 0, None)


def test_what_a_running_job_does_not_know_yet_is_null(operator):
    running(started_at=None)
    (shown,) = listed(operator)["jobs"]
    unknown = ["completed_at", "duration_seconds", "cassandra_row_count", "postgres_row_count", "drift_percentage"]
    assert [shown[name] for name in unknown] == [None] * 5
    assert shown["status"] == "RUNNING"
    assert shown["started_at"] == shown["queued_at"]


@pytest.mark.parametrize(
    ("values", "drift", "severity"),
    [
        ({"source_rows": 1000, "mismatch_count": 10}, 1.0, None),
        ({"source_rows": 1000, "mismatch_count": 11}, 1.1, "WARNING"),
        ({"source_rows": 1000, "mismatch_count": 52}, 5.2, "CRITICAL"),
        ({"source_rows": 0, "mismatch_count": 0}, 0.0, None),
        ({"source_rows": 0, "mismatch_count": 3}, 100.0, "CRITICAL"),
        ({"validation_strategy": "SAMPLE", "compared_rows": 1000, "mismatch_count": 20}, 2.0, "WARNING"),
        ({"status": "FAILED"}, None, None),
    ],
)
def test_drift_is_mismatches_over_source_rows(operator, values, drift, severity):
    job(**values)
    (shown,) = listed(operator)["jobs"]
    assert (shown["drift_percentage"], shown["severity"]) == (drift, severity)


def test_a_mapping_may_have_thresholds_of_its_own(operator):
    mapping("users", warning_percent=0.001, critical_percent=0.01)
    job()
    assert listed(operator)["jobs"][0]["severity"] == "WARNING"


def test_each_filter_narrows_and_all_hold_together(operator):
    mine = job()
    hourly = job(job_type=JobType.HOURLY_SCHEDULED, started_at=NOVEMBER - timedelta(hours=1))
    failed = job(status=JobStatus.FAILED, started_at=NOVEMBER - timedelta(hours=2))
    orders = job("orders", started_at=NOVEMBER - timedelta(hours=3))
    keys = {one: str(row.pk) for one, row in {"m": mine, "h": hourly, "f": failed, "o": orders}.items()}
    assert ids(operator) == [keys[one] for one in "mhfo"]
    assert ids(operator, table="users") == [keys[one] for one in "mhf"]
    assert ids(operator, status="FAILED") == [keys["f"]]
    assert ids(operator, job_type="HOURLY_SCHEDULED") == [keys["h"]]
    assert ids(operator, table="users", status="COMPLETED", job_type="MANUAL_ONDEMAND") == [keys["m"]]
    assert ids(operator, table="orders", status="FAILED") == []
    assert ids(operator, table="nowhere") == []


def test_both_dates_are_inclusive(operator):
    early, late = job(started_at=NOVEMBER - timedelta(days=1)), job()
    both = [str(late.pk), str(early.pk)]
    assert ids(operator, from_date="2025-11-19T14:00:00Z", to_date="2025-11-20T14:00:00Z") == both
    assert ids(operator, from_date="2025-11-19T14:00:00.000001Z") == [str(late.pk)]
    assert ids(operator, to_date="2025-11-20T13:59:59.999999Z") == [str(early.pk)]
    assert ids(operator, from_date="2025-11-20T21:00:00+07:00") == [str(late.pk)]


def test_a_date_alone_is_the_whole_day(operator):
    last = job(started_at=datetime(2025, 11, 30, 23, 59, 59, 999_999, tzinfo=UTC))
    job(started_at=datetime(2025, 12, 1, tzinfo=UTC))
    assert ids(operator, from_date="2025-11-30", to_date="2025-11-30") == [str(last.pk)]


def test_a_job_that_waited_is_found_by_its_start(operator):
    waited = job(created_at=NOVEMBER - timedelta(hours=1))
    assert ids(operator, from_date="2025-11-20T14:00:00Z") == [str(waited.pk)]
    assert ids(operator, to_date="2025-11-20T13:30:00Z") == []


def test_pages_have_fifty_jobs_by_default_and_a_hundred_at_most(operator):
    for number in range(101):
        job(started_at=NOVEMBER + timedelta(minutes=number))
    body = listed(operator)
    assert len(body["jobs"]) == 50
    assert body["pagination"] == {"page": 1, "page_size": 50, "total_pages": 3, "total_items": 101}
    assert len(ids(operator, page=3)) == 1
    assert len(ids(operator, page_size=100)) == 100
    everything = ids(operator, page_size=100) + ids(operator, page_size=100, page=2)
    assert len(set(everything)) == 101
    assert ids(operator, page=4) == ids(operator, page=1_000_000_000, page_size=100) == []


def test_an_empty_list_has_no_pages(operator):
    assert listed(operator) == {
        "jobs": [],
        "pagination": {"page": 1, "page_size": 50, "total_pages": 0, "total_items": 0},
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "DONE"),
        ("status", "completed"),
        ("job_type", "MANUAL"),
        ("from_date", "yesterday"),
        ("to_date", "2025-13-01"),
        ("to_date", ""),
        ("page", "0"),
        ("page", "-1"),
        ("page", "one"),
        ("page", "9" * 30),
        ("page_size", "0"),
        ("page_size", "101"),
        ("table", "a\0b"),
        ("tabel", "users"),
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(operator, name, value):
    answer = operator.get(PATH, {name: value})
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert list(answer.json()["details"]["fields"]) == [name]


def test_everyone_but_remote_workers_reads(client_for):
    status = {role: client_for(role).get(PATH).status_code for role in Role}
    assert status == {role: 403 if role == Role.WORKER else 200 for role in Role}


def test_without_a_key_it_is_a_401(client_for):
    answer = client_for(None).get(PATH)
    assert (answer.status_code, answer.json()["error"]) == (401, "UNAUTHORIZED")
    assert answer.json()["message"] == "Invalid or missing API key"


def test_another_method_is_a_405(operator):
    assert operator.post(PATH, {}).status_code == 405
