"""`POST /reconciliation/mismatches/{mismatch_id}/repair`"""

from uuid import uuid4

import pytest

from project.access.roles import Role
from reconciliation.models import Mismatch, Repair
from tests.reconciliation import tables
from tests.reconciliation.tables import put, read, run

OPERATORS = {Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}
DO = {"dry_run": False, "reason": "a reason"}


def path(mismatch):
    return f"/api/v1/reconciliation/mismatches/{getattr(mismatch, 'pk', mismatch)}/repair"


@pytest.fixture
def mismatch(job):
    put("source", 1)
    put("target", 1, status="'packed'")
    return tables.mismatch(job)


@pytest.mark.parametrize("body", [{}, {"dry_run": True}])
def test_a_dry_run_says_what_would_be_done_and_does_nothing(client_for, mismatch, body):
    answer = client_for(Role.RECONCILIATION_OPERATOR).post(path(mismatch), body)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["action"], found["outcome"], found["dry_run"], found["refused"]) == ("update", None, True, [])
    assert [column for column in found["columns"] if column["changes"]] == [
        {"column": "status", "type": "text", "before": "packed", "after": "shipped", "changes": True}
    ]
    assert (read("target", "status"), found["resolution_status"]) == ("packed", "PENDING")


def test_a_repair_is_done_as_it_was_previewed(client_for, mismatch):
    client = client_for(Role.RECONCILIATION_OPERATOR)
    seal = client.post(path(mismatch), {}).json()["preview"]
    found = client.post(path(mismatch), {**DO, "preview": seal}).json()
    assert (found["action"], found["outcome"], found["resolution_status"]) == ("update", "applied", "MANUAL_RESOLVED")
    assert read("target", "status") == "shipped"
    assert Repair.objects.get().note == "a reason"


def test_a_repair_without_a_preview_reads_for_itself(client_for, mismatch):
    assert client_for(Role.BATCH_ADMIN).post(path(mismatch), DO).json()["outcome"] == "applied"


def test_a_row_that_moved_since_the_preview_is_a_409(client_for, mismatch):
    client = client_for(Role.RECONCILIATION_OPERATOR)
    seal = client.post(path(mismatch), {}).json()["preview"]
    run("""UPDATE side_source."order" SET status = 'lost'""")
    answer = client.post(path(mismatch), {**DO, "preview": seal})
    assert (answer.status_code, answer.json()["error"]) == (409, "REPAIR_REFUSED")
    assert Mismatch.objects.get().resolution_status == "PENDING"


@pytest.mark.parametrize(("role", "status"), [(Role.RECONCILIATION_OPERATOR, 409), (Role.BATCH_ADMIN, 200)])
def test_only_an_administrator_s_repair_deletes(client_for, job, mapping, role, status):
    mapping.deletes_allowed = True
    mapping.save()
    put("target", 1)
    client, mismatch = client_for(role), tables.mismatch(job)
    assert client.post(path(mismatch), {}).json()["action"] == "delete"
    assert client.post(path(mismatch), DO).status_code == status
    assert (read("target", "status") is None) is (status == 200)


@pytest.mark.parametrize("role", [*Role, None])
def test_roles(client_for, mismatch, role):
    answer = client_for(role).post(path(mismatch), {})
    assert answer.status_code == (200 if role in OPERATORS else 401 if role is None else 403)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"dry_run": False}, "reason"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"dry_run": False, "reason": "x" * 501}, "reason"),
        ({"dry": True}, "dry"),
        ({"preview": "x" * 65}, "preview"),
    ],
)
def test_a_body_that_can_t_be_is_a_400_that_names_the_field(client_for, mismatch, body, field):
    answer = client_for(Role.BATCH_ADMIN).post(path(mismatch), body)
    assert answer.status_code == 400
    assert field in answer.json()["details"]["fields"]


def test_an_unknown_mismatch_is_a_404_and_what_is_no_id_a_400(client_for):
    client = client_for(Role.BATCH_ADMIN)
    answer = client.post(path(uuid4()), {})
    assert (answer.status_code, answer.json()["error"]) == (404, "MISMATCH_NOT_FOUND")
    assert client.post(path("abc"), {}).status_code == 400
    assert client.get(path(uuid4())).status_code == 405


def test_a_side_that_can_t_be_reached_is_a_503(client_for, mismatch):
    mismatch.mapping.source.address = "postgresql://nobody@127.0.0.1:1/nothing"
    mismatch.mapping.source.save()
    answer = client_for(Role.BATCH_ADMIN).post(path(mismatch), DO)
    assert (answer.status_code, answer.json()["error"]) == (503, "SOURCE_UNAVAILABLE")
    assert not Repair.objects.exists()
