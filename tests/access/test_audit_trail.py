"""The audit trail takes entries and lets nothing be changed."""

import pytest
from django.db import connection, transaction

from project.access import audit
from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import Conflict, ErrorCode
from project.postgres import sql


@pytest.fixture
def entry():
    return audit.record(operation="test.change", target="a", before={"n": 1}, after={"n": 2}, details={"why": "test"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'somebody else'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry CASCADE",
        (
            "INSERT INTO audit_entry (id, operation, target, actor_name, key_prefix, user_agent, request_id)"
            " SELECT id, 'x', 'x', 'x', '', '', '' FROM audit_entry ON CONFLICT (id) DO UPDATE SET operation = 'x'"
        ),
    ],
)
def test_no_statement_changes_it(entry, statement):
    with pytest.raises(Conflict, match="append-only") as caught:
        sql.execute(statement)
    assert caught.value.code is ErrorCode.AUDIT_IS_APPEND_ONLY
    assert AuditEntry.objects.get().after == {"n": 2}


def test_the_orm_does_not_change_it_either(entry):
    entry.target = "b"
    for change in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            change()
    assert AuditEntry.objects.get().target == "a"


def test_an_entry_is_part_of_its_transaction():
    with transaction.atomic():
        audit.record(operation="test.change", target="a")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_outside_a_request_the_command_did_it(monkeypatch):
    monkeypatch.setattr("sys.argv", ["/srv/tutup/manage.py", "close_month", "2025-01"])
    entry = audit.record(operation="test.change", target="a")
    assert (entry.actor, entry.actor_name, entry.user_agent) == (None, "system", "manage.py close_month")


def test_a_request_tells_who_and_from_where(client_for, settings):
    client = client_for(Role.BATCH_ADMIN)
    client.post(
        "/api/v1/auth/api-keys",
        {"name": "scraper", "roles": ["auditor"]},
        headers={"User-Agent": "curl/8 " + "x" * 400, "X-Request-ID": "find-me"},
    )
    entry = AuditEntry.objects.latest("id")
    assert entry.actor_name == str(entry.actor) == "batch_admin"
    assert entry.key_prefix
    assert (entry.address, entry.request_id) == ("127.0.0.1", "find-me")
    assert entry.user_agent.startswith("curl/8 ")


def test_an_actor_can_be_named(user_for):
    entry = audit.record(operation="test.change", target="a", actor=user_for(Role.AUDITOR))
    assert entry.actor_name == "auditor"


def test_entries_carry_the_time_of_their_transaction(entry):
    entry.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - recorded_at < interval '1 minute' FROM audit_entry")
        assert cursor.fetchone() == (True,)
