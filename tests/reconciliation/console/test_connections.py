"""Connections in the console: made, tested, changed, and never with a password in them."""

import pytest

from project.access.models import AuditEntry
from project.access.roles import ALL_READERS, Role
from project.api.errors import InvalidRequest
from reconciliation.models import Connection
from reconciliation.services import connections
from tests.console.engine import text
from tests.reconciliation import rows

CONNECTIONS = "/admin/reconciliation/connection/"
READERS = sorted({*ALL_READERS, Role.RECONCILIATION_OPERATOR})
WRITERS = {Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}
NEW = {
    "name": "upstream", "kind": "postgresql", "address": "postgresql://reader@db/x",
    "password_variable": "UPSTREAM_PASSWORD", "options": "{}",
}  # fmt: skip


@pytest.fixture
def here(database):
    return connections.create(name="here", kind="postgresql", actor=None)


def page_of(connection: Connection) -> str:
    return f"{CONNECTIONS}{connection.pk}/page/"


def test_the_empty_list_says_how_one_is_made(visit):
    page = text(visit(Role.RECONCILIATION_OPERATOR), CONNECTIONS)
    assert "No connections yet." in page
    assert f"{CONNECTIONS}new/" in page


@pytest.mark.parametrize("role", READERS)
def test_readers_see_a_connection_and_writers_its_buttons(visit, here, role):
    page = text(visit(role), page_of(here))
    assert "the database that this installation lives in" in page
    assert (f"{CONNECTIONS}{here.pk}/test/" in page) is (role in WRITERS)
    assert (f"{CONNECTIONS}{here.pk}/change/move/" in page) is (role in WRITERS)
    assert (f"{CONNECTIONS}new/" in text(visit(role), CONNECTIONS)) is (role in WRITERS)


@pytest.mark.parametrize("role", sorted(set(Role) - WRITERS))
def test_nobody_else_writes(visit, here, role):
    client = visit(role)
    for path in ("new/", f"{here.pk}/test/", f"{here.pk}/change/move/", f"{here.pk}/delete/move/"):
        assert client.post(f"{CONNECTIONS}{path}", NEW).status_code == 403, path
    assert Connection.objects.count() == 1


def test_a_new_one_is_made_and_in_the_audit_trail(visit):
    page = visit(Role.RECONCILIATION_OPERATOR).post(f"{CONNECTIONS}new/", NEW, follow=True).content.decode()
    assert "upstream was made. Test it." in page
    assert "UPSTREAM_PASSWORD is not set here" in page
    entry = AuditEntry.objects.get(operation="connection.create")
    assert (entry.actor_name, entry.target) == ("reconciliation_operator", "upstream")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"address": "postgresql://reader:sesame@db/x"}, "Leave the password out"),
        ({"address": "postgresql://db/x?password=sesame"}, "Leave the password out"),
        ({"address": "mysql://db/x"}, "Write it as"),
        ({"kind": "cassandra", "address": ""}, "Write it as"),
        ({"kind": "cassandra", "address": "cassandra://"}, "has no host"),
        ({"password_variable": "sesame opens it"}, "ends with PASSWORD"),
        ({"password_variable": "SECRET_KEY"}, "ends with PASSWORD"),
        ({"options": "[1]"}, "Give an object"),
        ({"options": "{"}, "Enter a valid JSON"),
        ({"options": '{"a": "\\u0000"}'}, "Enter a valid JSON"),
        ({"options": '{"\\ud800": 1}'}, "Enter a valid JSON"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_form_that_cannot_be_says_which_field(visit, given, told):
    page = visit(Role.BATCH_ADMIN).post(f"{CONNECTIONS}new/", {**NEW, **given}).content.decode()
    assert told in page
    assert not Connection.objects.exists()


@pytest.mark.parametrize("options", [{"a": "\0"}, {"\ud800": 1}])
def test_options_that_no_database_keeps_are_refused_wherever_they_come_from(database, options):
    with pytest.raises(InvalidRequest, match="options"):
        connections.create(name="x", kind="postgresql", options=options, actor=None)


def test_a_name_that_is_taken_is_refused(visit, here):
    answer = visit(Role.BATCH_ADMIN).post(f"{CONNECTIONS}new/", {**NEW, "name": "here"})
    assert answer.status_code == 409
    assert "already" in answer.content.decode()


def test_the_test_says_who_answers(visit, here):
    page = visit(Role.BATCH_ADMIN).post(f"{CONNECTIONS}{here.pk}/test/").content.decode()
    assert "It answers: <b>PostgreSQL " in page


@pytest.mark.parametrize(
    ("access", "told"),
    [
        ({"address": "postgresql://x@127.0.0.1:1/x"}, "there: no PostgreSQL"),
        ({"address": "postgresql://x@no-such-host.invalid/x"}, "there: no PostgreSQL"),
        ({"password_variable": "MISSING_PASSWORD"}, "MISSING_PASSWORD has no password"),
        ({"options": {"fast": True}}, "&#x27;fast&#x27; is none of"),
    ],
)
def test_the_test_says_what_is_wrong(visit, database, access, told):
    made = connections.create(name="there", kind="postgresql", actor=None, **access)
    page = visit(Role.BATCH_ADMIN).post(f"{CONNECTIONS}{made.pk}/test/").content.decode()
    assert told in page


def test_a_password_is_neither_shown_nor_kept(visit, database, monkeypatch):
    monkeypatch.setenv("UPSTREAM_PASSWORD", "sesame")
    client = visit(Role.BATCH_ADMIN)
    client.post(f"{CONNECTIONS}new/", {**NEW, "address": "postgresql://x@127.0.0.1:1/x"})
    made = Connection.objects.get()
    tested = client.post(f"{CONNECTIONS}{made.pk}/test/").content.decode()
    for page in (text(client, page_of(made)), tested, text(client, CONNECTIONS)):
        assert "sesame" not in page
    assert "in UPSTREAM_PASSWORD" in text(client, page_of(made))
    assert not AuditEntry.objects.filter(after__icontains="sesame").exists()


def test_a_change_is_made_in_a_dialog(visit, here):
    client = visit(Role.BATCH_ADMIN)
    path = f"{CONNECTIONS}{here.pk}/change/move/"
    assert "what here&#x27;s mappings proved before counts no more" in text(client, path)
    page = client.post(path, {**NEW, "options": '{"statement_seconds": 5}'}, follow=True).content.decode()
    assert "here was changed." in page
    here.refresh_from_db()
    assert (here.address, here.options) == (NEW["address"], {"statement_seconds": 5})


def test_one_that_is_used_is_not_deleted(visit, here):
    client = visit(Role.BATCH_ADMIN)
    rows.mapping("users")
    answer = client.post(f"{CONNECTIONS}{here.pk}/delete/move/")
    assert answer.status_code == 409
    assert "is used by the mappings users" in answer.content.decode()
    unused = connections.create(name="unused", kind="postgresql", actor=None)
    assert "unused was deleted." in client.post(f"{CONNECTIONS}{unused.pk}/delete/move/", follow=True).content.decode()
    assert list(Connection.objects.all()) == [here]
