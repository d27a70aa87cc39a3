"""`/api/v1/periods` and what hangs below one period."""

from datetime import timedelta

import pytest
from django.utils import timezone

from batches.ledger.models import AccountingPeriod, Prerequisite
from batches.ledger.services import periods
from project.access.models import AuditEntry
from project.access.roles import Role

PATH = "/api/v1/periods"


@pytest.fixture
def admin(client_for):
    return client_for(Role.BATCH_ADMIN)


def test_a_period_is_made_with_its_prerequisites(admin):
    response = admin.post(PATH, {"code": "2024-02"})
    assert response.status_code == 201
    made = response.json()
    assert (made["start_date"], made["end_date"], made["status"]) == ("2024-02-01", "2024-02-29", "OPEN")
    found = admin.get(f"{PATH}/2024-02/prerequisites").json()
    assert [row["code"] for row in found["prerequisites"]] == ["AP_CLOSE", "AR_CLOSE", "PAYROLL_CLOSE"]
    assert found["complete"] is False


def test_making_it_again_gives_back_what_is_there(admin):
    admin.post(PATH, {"code": "2025-01"})
    response = admin.post(PATH, {"code": "2025-01", "status": "FUTURE"})
    assert (response.status_code, response.json()["status"]) == (200, "OPEN")
    assert Prerequisite.objects.count() == 3


@pytest.mark.parametrize("code", ["2025-13", "2025-1", "25-01", "2025-01-01", "x", "1899-01", "٢٠٢٥-01"])
def test_a_code_that_is_no_month_is_refused(admin, code):
    response = admin.post(PATH, {"code": code})
    assert response.status_code == 400
    assert "2025-01" in response.json()["message"]


def test_unknown_members_are_refused(admin):
    response = admin.post(PATH, {"code": "2025-01", "state": "OPEN"})
    assert list(response.json()["details"]["fields"]) == ["state"]


def test_the_list_has_the_latest_first_and_filters_by_status(admin):
    for code in ("2025-01", "2025-03", "2025-02"):
        admin.post(PATH, {"code": code})
    admin.post(f"{PATH}/2025-01/close", {})
    assert [row["code"] for row in admin.get(PATH).json()["results"]] == ["2025-03", "2025-02", "2025-01"]
    assert [row["code"] for row in admin.get(f"{PATH}?status=CLOSED").json()["results"]] == ["2025-01"]


def test_a_period_goes_all_the_way_to_locked(admin):
    admin.post(PATH, {"code": "2025-01", "status": "FUTURE"})
    for verb, body, status in [
        ("open", {}, "OPEN"),
        ("close", {"reason": "done"}, "CLOSED"),
        ("reopen", {"reason": "a claim was missing"}, "OPEN"),
        ("close", {}, "CLOSED"),
        ("lock", {}, "LOCKED"),
    ]:
        response = admin.post(f"{PATH}/2025-01/{verb}", body)
        assert (response.status_code, response.json()["status"]) == (200, status)
    trail = AuditEntry.objects.filter(target="2025-01").order_by("id")
    assert [entry.operation for entry in trail] == [
        "period.create", "period.open", "period.close", "period.reopen", "period.close", "period.lock"
    ]  # fmt: skip
    assert (trail[2].before, trail[2].after, trail[2].actor_name) == (
        {"status": "OPEN"}, {"status": "CLOSED"}, "batch_admin"
    )  # fmt: skip


def test_a_locked_period_never_reopens(admin):
    admin.post(PATH, {"code": "2025-01"})
    for verb in ("close", "lock"):
        admin.post(f"{PATH}/2025-01/{verb}", {})
    response = admin.post(f"{PATH}/2025-01/reopen", {"reason": "please"})
    assert (response.status_code, response.json()["error"]) == (409, "ILLEGAL_TRANSITION")
    assert response.json()["details"] == {"period": "2025-01", "status": "LOCKED", "requested": "OPEN"}


def test_only_the_latest_closed_period_reopens(admin):
    for code in ("2025-01", "2025-02"):
        admin.post(PATH, {"code": code})
        admin.post(f"{PATH}/{code}/close", {})
    response = admin.post(f"{PATH}/2025-01/reopen", {"reason": "late"})
    assert response.status_code == 409
    assert "2025-02" in response.json()["message"]
    assert admin.post(f"{PATH}/2025-02/reopen", {"reason": "late"}).status_code == 200
    assert admin.post(f"{PATH}/2025-01/reopen", {"reason": "late"}).status_code == 200


def test_reopening_needs_a_reason(admin):
    admin.post(PATH, {"code": "2025-01"})
    admin.post(f"{PATH}/2025-01/close", {})
    assert list(admin.post(f"{PATH}/2025-01/reopen", {}).json()["details"]["fields"]) == ["reason"]


def test_a_period_does_not_close_under_a_running_batch(admin):
    from tests.ledger.posting import begin_batch

    admin.post(PATH, {"code": "2025-01"})
    begin_batch(AccountingPeriod.objects.get(), status="PROCESSING")
    response = admin.post(f"{PATH}/2025-01/close", {})
    assert response.status_code == 409
    assert "2025-01-MONTHEND" in response.json()["message"]


@pytest.mark.parametrize("verb", ["open", "close", "lock", "reopen"])
def test_moves_need_a_known_period(admin, verb):
    assert admin.post(f"{PATH}/2025-01/{verb}", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BATCH_ADMIN])
def test_only_an_administrator_moves_a_period(client_for, role):
    periods.ensure("2025-01")
    assert client_for(role).post(f"{PATH}/2025-01/close", {}).status_code == 403


def test_without_a_key_nothing_is_shown(client_for):
    for path in ("", "/2025-01", "/2025-01/prerequisites", "/2025-01/trial-balance", "/2025-01/exceptions"):
        assert client_for(None).get(f"{PATH}{path}").status_code == 401


def test_an_exception_names_user_reason_and_end(admin, user_for):
    periods.ensure("2025-01")
    user_for(Role.BATCH_OPERATOR)
    ends = (timezone.now() + timedelta(hours=2)).isoformat()
    path = f"{PATH}/2025-01/exceptions"
    response = admin.post(path, {"user": "batch_operator", "reason": "late claims", "ends_at": ends})
    assert response.status_code == 201
    listed = admin.get(path).json()["results"]
    assert [(row["user"], row["reason"], row["batches"]) for row in listed] == [("batch_operator", "late claims", [])]
    revoked = admin.delete(f"{path}/{listed[0]['id']}").json()
    assert revoked["revoked_at"] is not None
    assert admin.delete(f"{path}/{listed[0]['id']}").json() == revoked


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user": "nobody"}, "user"),
        ({"reason": ""}, "reason"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2199-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "tomorrow"}, "ends_at"),
    ],
)
def test_an_exception_says_what_is_wrong_with_it(admin, change, field):
    periods.ensure("2025-01")
    ends = (timezone.now() + timedelta(hours=2)).isoformat()
    body = {"user": "batch_admin", "reason": "late", "ends_at": ends} | change
    response = admin.post(f"{PATH}/2025-01/exceptions", body)
    assert (response.status_code, list(response.json()["details"]["fields"])) == (400, [field])


def test_an_exception_lists_what_was_posted_under_it(admin, user_for):
    from tests.ledger.posting import open_month, post

    period, user = open_month(), user_for(Role.BATCH_OPERATOR)
    periods.close(period=period, actor=None)
    periods.grant_exception(period=period, user=user, reason="late", ends_at=timezone.now() + timedelta(hours=1))
    name = post(period, [("PREMIUM", "TABARRU", 1, "5.00")], user=user)
    assert admin.get(f"{PATH}/2025-01/exceptions").json()["results"][0]["batches"] == [name]


def test_another_system_marks_its_prerequisite(client_for):
    periods.ensure("2025-01")
    client = client_for(Role.INTEGRATOR)
    path = f"{PATH}/2025-01/prerequisites"
    found = client.post(path, {"code": "AP_CLOSE", "status": "COMPLETED", "note": "run 17"}).json()
    assert [(row["status"], row["completed_by"], row["note"]) for row in found["prerequisites"]] == [
        ("COMPLETED", "integrator", "run 17"), ("PENDING", None, ""), ("PENDING", None, "")
    ]  # fmt: skip
    assert client.post(path, {"code": "ALL", "status": "COMPLETED"}).json()["complete"] is True
    found = client.post(path, {"code": "AR_CLOSE", "status": "PENDING"}).json()
    assert (found["complete"], found["prerequisites"][1]["completed_at"]) == (False, None)


def test_an_unknown_prerequisite_is_a_404_that_names_the_known(admin):
    periods.ensure("2025-01")
    response = admin.post(f"{PATH}/2025-01/prerequisites", {"code": "TAX", "status": "COMPLETED"})
    assert response.status_code == 404
    assert "AP_CLOSE" in response.json()["message"]


def test_a_reader_does_not_mark_prerequisites(client_for):
    periods.ensure("2025-01")
    body = {"code": "ALL", "status": "COMPLETED"}
    assert client_for(Role.FINANCE_VIEWER).post(f"{PATH}/2025-01/prerequisites", body).status_code == 403
