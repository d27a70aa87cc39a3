"""`POST /reconciliation/mismatches/{mismatch_id}/resolve`"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import httpx
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from project.access import keys
from project.access.models import AuditEntry
from project.access.roles import Role
from reconciliation.models import MismatchEvent
from reconciliation.states import LEGAL, Resolution
from tests.reconciliation.rows import job, mismatch

NOTES = "Manually synced user data from Cassandra to PostgreSQL. Name change was legitimate."
RESOLVED = {"resolution_status": "MANUAL_RESOLVED", "resolution_notes": NOTES}
PEOPLES = ["MANUAL_RESOLVED", "IGNORED"]


def path(made):
    return f"/api/v1/reconciliation/mismatches/{getattr(made, 'pk', made)}/resolve"


@pytest.fixture
def found():
    return mismatch(job())


def test_a_mismatch_is_resolved_as_the_contract_says(operator, found):
    User.objects.filter(username="reconciliation_operator").update(email="admin@company.com")
    answer = operator.post(path(found), RESOLVED)
    assert answer.status_code == 200
    body = answer.json()
    found.refresh_from_db()
    assert list(body)[:5] == [
        "mismatch_id",
        "resolution_status",
        "resolution_notes",
        "resolved_at",
        "resolved_by",
    ]
    assert body["mismatch_id"] == str(found.pk)
    assert (body["resolution_status"], body["resolution_notes"]) == ("MANUAL_RESOLVED", NOTES)
    assert body["resolved_by"] == "admin@company.com"
    assert body["resolved_at"] == found.resolved_at.isoformat().replace("+00:00", "Z")
    assert (found.resolution_status, found.resolution_notes, found.version) == ("MANUAL_RESOLVED", NOTES, 2)


def test_who_has_no_mail_address_is_named(operator, found):
    assert operator.post(path(found), RESOLVED).json()["resolved_by"] == "reconciliation_operator"


def test_the_list_shows_it_too(operator, found):
    operator.post(path(found), RESOLVED)
    (shown,) = operator.get("/api/v1/reconciliation/mismatches").json()["mismatches"]
    assert (shown["resolution_status"], shown["resolution_notes"]) == ("MANUAL_RESOLVED", NOTES)
    assert shown["resolved_by"] == "reconciliation_operator"
    assert shown["resolved_at"]


@pytest.mark.parametrize("notes", [{}, {"resolution_notes": None}, {"resolution_notes": ""}])
def test_notes_may_be_left_out(operator, found, notes):
    answer = operator.post(path(found), {"resolution_status": "IGNORED", **notes})
    assert (answer.status_code, answer.json()["resolution_notes"]) == (200, None)


def test_notes_have_a_thousand_characters_at_most(operator, found):
    answer = operator.post(path(found), {**RESOLVED, "resolution_notes": "x" * 1001})
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == ["resolution_notes"]
    assert operator.post(path(found), {**RESOLVED, "resolution_notes": "x" * 1000}).status_code == 200


@pytest.mark.parametrize("now", Resolution.values)
@pytest.mark.parametrize("wanted", Resolution.values)
def test_only_legal_moves_of_people_are_made(operator, now, wanted):
    found = mismatch(job(), resolution_status=now)
    answer = operator.post(path(found), {"resolution_status": wanted})
    found.refresh_from_db()
    if wanted in PEOPLES and wanted in LEGAL[now]:
        assert (answer.status_code, found.resolution_status) == (200, wanted)
        return
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_STATUS_TRANSITION")
    assert answer.json()["message"] == f"Cannot change resolution_status from '{now}' to '{wanted}'"
    assert (found.resolution_status, found.version) == (now, 1)


def test_it_is_in_the_history_and_in_the_audit_trail(operator, found):
    operator.post(path(found), RESOLVED)
    event = MismatchEvent.objects.get(mismatch=found)
    assert (event.name, event.note, event.actor.username) == ("resolved", NOTES, "reconciliation_operator")
    entry = AuditEntry.objects.get(operation="mismatch.resolve")
    assert (entry.target, entry.actor_name) == (str(found.pk), "reconciliation_operator")
    assert entry.before["resolution_status"] == "PENDING"
    assert entry.after["resolution_status"] == "MANUAL_RESOLVED"


def test_a_refusal_leaves_no_trace(operator, found):
    operator.post(path(found), {"resolution_status": "PENDING"})
    assert not MismatchEvent.objects.exists()
    assert not AuditEntry.objects.filter(operation="mismatch.resolve").exists()


def test_ignoring_may_end(operator, found):
    until = timezone.now() + timedelta(days=30)
    answer = operator.post(path(found), {"resolution_status": "IGNORED", "ignored_until": until.isoformat()})
    assert answer.status_code == 200
    found.refresh_from_db()
    assert found.ignored_until == until
    operator.post(path(found), RESOLVED)
    found.refresh_from_db()
    assert found.ignored_until is None


@pytest.mark.parametrize(
    "body",
    [
        {"resolution_status": "IGNORED", "ignored_until": "2020-01-01T00:00:00Z"},
        {"resolution_status": "MANUAL_RESOLVED", "ignored_until": "2999-01-01T00:00:00Z"},
    ],
)
def test_an_end_of_ignoring_that_makes_no_sense_is_a_400(operator, found, body):
    answer = operator.post(path(found), body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == ["ignored_until"]


def test_a_stale_version_is_a_409(operator, found):
    assert operator.post(path(found), {**RESOLVED, "version": 1}).status_code == 200
    answer = operator.post(path(found), {"resolution_status": "IGNORED", "version": 1})
    assert (answer.status_code, answer.json()["error"]) == (409, "MISMATCH_CHANGED")
    assert answer.json()["details"] == {"version": 2, "resolution_status": "MANUAL_RESOLVED"}
    assert operator.post(path(found), {"resolution_status": "IGNORED", "version": 2}).status_code == 200


def test_of_two_at_once_one_resolves(server, user_for, found):
    key = keys.create(
        name="two", owner=user_for(Role.BATCH_ADMIN), roles=[Role.BATCH_ADMIN], expires_at=None, actor=None
    )
    together = Barrier(4)

    def send(_):
        together.wait()
        headers = {"Authorization": f"Bearer {key.secret}"}
        return httpx.post(f"{server}{path(found)}", json=RESOLVED, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [200, 400, 400, 400]
    assert MismatchEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "resolution_status"),
        ({"resolution_status": "DONE"}, "resolution_status"),
        ({"resolution_status": None}, "resolution_status"),
        ({**RESOLVED, "resolution_notes": ["x"]}, "resolution_notes"),
        ({**RESOLVED, "note": "x"}, "note"),
        ({**RESOLVED, "version": 0}, "version"),
        ({**RESOLVED, "ignored_until": "soon"}, "ignored_until"),
    ],
)
def test_a_wrong_body_is_a_400_that_names_the_field(operator, found, body, named):
    answer = operator.post(path(found), body)
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert list(answer.json()["details"]["fields"]) == [named]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_a_malformed_body_is_a_400(operator, found, body):
    answer = operator.post(path(found), body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")


def test_an_unknown_mismatch_is_a_404_that_names_it(operator):
    unknown = uuid4()
    answer = operator.post(path(unknown), RESOLVED)
    assert (answer.status_code, answer.json()["error"]) == (404, "MISMATCH_NOT_FOUND")
    assert answer.json()["message"] == f"Mismatch with ID '{unknown}' not found"


def test_an_id_that_is_none_is_a_400_that_names_it(operator):
    answer = operator.post(path("660e8400"), RESOLVED)
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == ["mismatch_id"]


def test_operators_and_administrators_resolve_and_others_not(client_for):
    by = job()
    may = {Role.RECONCILIATION_OPERATOR, Role.BATCH_ADMIN}
    status = {role: client_for(role).post(path(mismatch(by)), RESOLVED).status_code for role in Role}
    assert status == {role: 200 if role in may else 403 for role in Role}
    assert client_for(None).post(path(mismatch(by)), RESOLVED).status_code == 401


def test_another_method_is_a_405(operator, found):
    assert operator.get(path(found)).status_code == 405
