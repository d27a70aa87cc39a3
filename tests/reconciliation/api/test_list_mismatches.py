"""`GET /reconciliation/mismatches`"""

from datetime import timedelta
from uuid import uuid4

import pytest

from project.access.roles import Role
from reconciliation.states import MismatchType, Resolution
from tests.reconciliation.rows import NOVEMBER, job, mismatch, sighted

PATH = "/api/v1/reconciliation/mismatches"
MEMBERS = [
    "mismatch_id",
    "job_id",
    "table_name",
    "primary_key_value",
    "mismatch_type",
    "cassandra_checksum",
    "postgres_checksum",
    "cassandra_data",
    "postgres_data",
    "detected_at",
    "resolution_status",
    "resolution_notes",
    "resolved_at",
]


def listed(client, **wanted):
    answer = client.get(PATH, wanted)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def ids(client, **wanted):
    return [one["mismatch_id"] for one in listed(client, **wanted)["mismatches"]]


def test_a_mismatch_is_shown_as_the_contract_does(operator):
    found_by = job()
    made = mismatch(found_by)
    body = listed(operator, table="users", mismatch_type="DATA_MISMATCH", resolution_status="PENDING", page=1)
    (shown,) = body["mismatches"]
    assert list(shown)[: len(MEMBERS)] == MEMBERS
    assert [shown[name] for name in MEMBERS] == [
        str(made.pk),
        str(found_by.pk),
        "users",
        made.primary_key_value,
        "DATA_MISMATCH",
        "a1b2c3d4e5f6a1b2",
        "f6e5d4c3b2a1f6e5",
        {"user_id": made.primary_key_value, "name": "John Doe"},
        {"user_id": made.primary_key_value, "name": "John Smith"},
        "2025-11-20T14:00:00Z",
        "PENDING",
        None,
        None,
    ]
    assert (shown["differing_columns"], shown["times_seen"], shown["version"]) == (["name"], 1, 1)
    assert body["pagination"] == {"page": 1, "page_size": 50, "total_pages": 1, "total_items": 1}


def test_a_side_without_the_row_is_null(operator):
    kind = MismatchType.MISSING_IN_POSTGRES
    mismatch(job(), mismatch_type=kind, target_data=None, target_checksum=None, columns=[])
    (shown,) = listed(operator)["mismatches"]
    assert (shown["postgres_data"], shown["postgres_checksum"]) == (None, None)
    assert shown["cassandra_data"] is not None


def test_each_filter_narrows_and_all_hold_together(operator):
    users, orders = job(), job("orders")
    rows = {
        "d": mismatch(users),
        "m": mismatch(users, mismatch_type=MismatchType.MISSING_IN_CASSANDRA),
        "i": mismatch(users, resolution_status=Resolution.IGNORED),
        "o": mismatch(orders, mismatch_type=MismatchType.MISSING_IN_POSTGRES),
    }
    keys = {str(row.pk): letter for letter, row in rows.items()}

    def letters(**wanted):
        return "".join(sorted(keys[one] for one in ids(operator, **wanted)))

    assert letters() == "dimo"
    assert letters(table="users") == "dim"
    assert letters(mismatch_type="DATA_MISMATCH") == "di"
    assert letters(resolution_status="PENDING") == "dmo"
    assert letters(table="users", mismatch_type="DATA_MISMATCH", resolution_status="PENDING") == "d"
    assert letters(job_id=str(orders.pk)) == "o"
    assert letters(job_id=str(users.pk), resolution_status="IGNORED") == "i"
    assert letters(job_id=str(uuid4())) == ""
    assert letters(table="nowhere") == ""


def test_both_dates_are_inclusive_and_the_newest_comes_first(operator):
    by = job()
    early, late = mismatch(by, detected_at=NOVEMBER - timedelta(days=1)), mismatch(by)
    both = [str(late.pk), str(early.pk)]
    assert ids(operator) == both
    assert ids(operator, from_date="2025-11-19T14:00:00Z", to_date="2025-11-20T14:00:00Z") == both
    assert ids(operator, from_date="2025-11-19T14:00:01Z") == [str(late.pk)]
    assert ids(operator, to_date="2025-11-19") == [str(early.pk)]


def test_a_job_is_asked_for_what_it_saw_itself(operator):
    first, second = job(), job(started_at=NOVEMBER + timedelta(hours=1))
    lasting = mismatch(first, job=second)
    sighted(lasting, second, MismatchType.MISSING_IN_POSTGRES)
    healed = mismatch(first)
    assert set(ids(operator, job_id=str(first.pk))) == {str(lasting.pk), str(healed.pk)}
    assert ids(operator, job_id=str(second.pk)) == [str(lasting.pk)]
    assert ids(operator, job_id=str(second.pk), mismatch_type="DATA_MISMATCH") == []
    (seen,) = listed(operator, job_id=str(second.pk), mismatch_type="MISSING_IN_POSTGRES")["mismatches"]
    assert (seen["job_id"], seen["mismatch_type"]) == (str(second.pk), "MISSING_IN_POSTGRES")


def test_without_a_job_it_is_that_of_the_last_sighting(operator):
    first, second = job(), job(started_at=NOVEMBER + timedelta(hours=1))
    sighted(mismatch(first, job=second), second)
    assert [one["job_id"] for one in listed(operator)["mismatches"]] == [str(second.pk)]


def test_pages_go_on_where_the_one_before_ended(operator):
    by = job()
    for _ in range(5):
        mismatch(by)
    found = [ids(operator, page=page, page_size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in found] == [2, 2, 1, 0]
    assert len({one for page in found for one in page}) == 5
    assert listed(operator, page_size=2)["pagination"]["total_pages"] == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mismatch_type", "MISSING"),
        ("resolution_status", "RESOLVED"),
        ("job_id", "1"),
        ("from_date", "20 November"),
        ("to_date", "2025-02-30"),
        ("page", "0"),
        ("page_size", "101"),
        ("status", "PENDING"),
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(operator, name, value):
    answer = operator.get(PATH, {name: value})
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert list(answer.json()["details"]["fields"]) == [name]


def test_everyone_but_remote_workers_reads(client_for):
    status = {role: client_for(role).get(PATH).status_code for role in Role}
    assert status == {role: 403 if role == Role.WORKER else 200 for role in Role}
    assert client_for(None).get(PATH).status_code == 401


def test_another_method_is_a_405(operator):
    assert operator.post(PATH, {}).status_code == 405
