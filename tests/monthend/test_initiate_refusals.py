"""POST /api/v1/batch/month-end/initiate: what it refuses, and how it says so."""

import threading

import pytest
from django.db import connections

from batches.ledger.models import AccountingPeriod
from batches.ledger.services import periods, prerequisites
from batches.monthend.models import MonthEndBatch
from project.access.roles import Role
from project.api.errors import ApiError
from tests.monthend import months
from tests.monthend.closing import initiate
from tests.monthend.test_initiate import BODY, URL

WRONG = [
    ({"period_start": "2025-01-31", "period_end": "2025-01-01"}, "period_end"),
    ({"period_start": "2025-01-01", "period_end": "2025-01-15"}, "period_end"),
    ({"period_start": "2025-01-02"}, "period_start"),
    ({"period_end": "2025-02-28"}, "period_end"),
    ({"period_start": "2031-01-01", "period_end": "2031-01-31"}, "period_start"),
    ({"period_start": "January"}, "period_start"),
    ({"period_start": None}, "period_start"),
    ({"worker_count": 0}, "worker_count"),
    ({"worker_count": 1001}, "worker_count"),
    ({"worker_count": "x"}, "worker_count"),
    ({"worker_count": None}, "worker_count"),
    ({"batch_type": "EVERYTHING"}, "batch_type"),
    ({"dry_run": "perhaps"}, "dry_run"),
    ({"rollback": True}, "rollback"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_wrong_field_is_named(january, admin, change, field):
    answer = admin.post(URL, {**BODY, **change}, format="json")
    assert answer.status_code == 400
    body = answer.json()
    assert body["error"] == "INVALID_REQUEST"
    assert list(body["details"]["fields"]) == [field]
    assert field in body["message"]
    assert not MonthEndBatch.objects.exists()


@pytest.mark.parametrize("field", ["period_start", "period_end"])
def test_a_missing_field_is_named(january, admin, field):
    answer = admin.post(URL, {name: value for name, value in BODY.items() if name != field}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == [field]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"null", b""])
def test_a_malformed_body_is_a_400(january, admin, body):
    answer = admin.generic("POST", URL, body, content_type="application/json")
    assert answer.status_code == 400


def test_a_running_batch_is_named(january, admin):
    admin.post(URL, BODY, format="json")
    answer = admin.post(URL, BODY, format="json")
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"] == "BATCH_RUNNING"
    assert body["details"] == {"batch_id": "2025-01-MONTHEND", "status": "PREPARING"}
    assert "2025-01-MONTHEND" in body["message"]


def test_a_batch_of_another_period_runs_in_the_way_too(january, admin):
    months.make_period(months.FEBRUARY)
    admin.post(URL, BODY, format="json")
    answer = admin.post(URL, {**BODY, "period_start": "2025-02-01", "period_end": "2025-02-28"}, format="json")
    assert answer.json()["error"] == "BATCH_RUNNING"


def test_of_two_at_once_exactly_one_wins(january):
    together = threading.Barrier(2)
    answers: list[object] = []

    def ask() -> None:
        together.wait()
        try:
            answers.append(initiate())
        except ApiError as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [answer for answer in answers if isinstance(answer, MonthEndBatch)]
    lost = [answer for answer in answers if isinstance(answer, ApiError)]
    assert [batch.batch_id for batch in won] == ["2025-01-MONTHEND"]
    assert [(error.status, error.code) for error in lost] == [(409, "BATCH_RUNNING")]
    assert lost[0].details["batch_id"] == "2025-01-MONTHEND"
    assert MonthEndBatch.objects.count() == 1


def test_a_month_with_nothing_new_names_the_batch_that_posted_it(january, admin, close):
    close()
    answer = admin.post(URL, BODY, format="json")
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"] == "ALREADY_POSTED"
    assert body["details"] == {"batch_id": "2025-01-MONTHEND", "status": "COMMITTED"}
    assert MonthEndBatch.objects.count() == 1


def test_a_type_that_the_combined_batch_posted_is_refused_too(january, admin, close):
    close()
    assert admin.post(URL, {**BODY, "batch_type": "CLAIMS"}, format="json").json()["error"] == "ALREADY_POSTED"


def test_the_other_type_of_the_same_month_is_still_to_be_posted(january, admin, close):
    close(batch_type="PREMIUM")
    answer = admin.post(URL, {**BODY, "batch_type": "CLAIMS"}, format="json")
    assert answer.status_code == 202
    assert answer.json()["batch_id"] == "2025-01-MONTHEND-2"


def test_missing_prerequisites_are_listed(january, admin):
    for code in ("AR_CLOSE", "AP_CLOSE"):
        prerequisites.reset(period=january, code=code, actor=None)
    answer = admin.post(URL, BODY, format="json")
    assert answer.status_code == 503
    body = answer.json()
    assert body["error"] == "PREREQUISITES_MISSING"
    assert body["details"] == {"period": "2025-01", "missing": ["AP_CLOSE", "AR_CLOSE"]}
    assert "AP_CLOSE, AR_CLOSE" in body["message"]


def test_a_future_period_takes_no_batch(january, admin):
    period, _ = periods.ensure("2025-03", status="FUTURE")
    prerequisites.complete(period=period, code=prerequisites.ALL, actor=None)
    answer = admin.post(URL, {**BODY, "period_start": "2025-03-01", "period_end": "2025-03-31"}, format="json")
    assert (answer.status_code, answer.json()["error"]) == (409, "PERIOD_NOT_OPEN")
    assert AccountingPeriod.objects.get(code="2025-03").status == "FUTURE"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BATCH_ADMIN])
def test_another_role_is_refused(january, client_for, role):
    answer = client_for(role).post(URL, BODY, format="json")
    assert (answer.status_code, answer.json()["error"]) == (403, "FORBIDDEN")
    assert not MonthEndBatch.objects.exists()


def test_nobody_starts_a_close_without_a_key(january, client_for):
    answer = client_for(None).post(URL, BODY, format="json")
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


def test_get_is_not_the_way(january, admin):
    assert admin.get(URL).status_code == 405
