"""Changing mappings: what makes another version, and what is refused."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from project.access.models import AuditEntry
from project.api.errors import Conflict, InvalidRequest, NotFound
from project.postgres import sql
from reconciliation.models import Mapping
from reconciliation.services import connections, mappings, rules
from reconciliation.services.mappings.tables import both_tables
from reconciliation.sources.protocol import SchemaChanged
from tests.reconciliation.mappings.tables import USERS, create, pair


def change(**given) -> Mapping:
    return mappings.change(name="users", actor=None, **given)


@pytest.fixture
def users(both):
    both(USERS)
    return create()


@pytest.mark.parametrize(
    "given",
    [
        {"columns": [pair("id"), pair("name")]},
        {"columns": [pair("id"), pair("name", rule={"trim": True})]},
        {"timestamp_column": ""},
    ],
)
def test_what_concerns_the_comparison_makes_another_version(users, given):
    assert change(**given).version == 2


@pytest.mark.parametrize(
    "given",
    [
        {"enabled": False},
        {"interval_minutes": 5},
        {"strategy": "ROW_COUNT"},
        {"warning_percent": 0.5},
        {"lag_seconds": 60.0},
        {"deletes_allowed": True},
        {"timestamp_column": "updated_at"},
    ],
)
def test_how_it_is_run_does_not(users, given):
    changed = change(**given)
    assert changed.version == 1
    for name, value in given.items():
        assert getattr(changed, name) == value


def test_the_same_columns_are_no_change_and_leave_no_trace(users):
    change(columns=users.columns)
    assert not AuditEntry.objects.filter(operation="mapping.change").exists()


def test_a_change_is_in_the_audit_trail_with_before_and_after(users):
    change(strategy="SAMPLE")
    entry = AuditEntry.objects.get(operation="mapping.change")
    assert (entry.before["strategy"], entry.after["strategy"]) == ("CHECKSUM", "SAMPLE")


def test_a_change_to_a_page_that_is_old_is_refused(users):
    change(columns=[pair("id")], version=1)
    with pytest.raises(Conflict, match="changed meanwhile"):
        change(columns=[pair("id"), pair("name")], version=1)


def meanwhile(monkeypatch, happens):
    """Has it happen while both tables are read."""

    def read(*places):
        happens()
        return both_tables(*places)

    monkeypatch.setattr("reconciliation.services.mappings.writing.both_tables", read)


def test_nobody_waits_for_a_mapping_while_its_tables_are_read(users, monkeypatch):
    def lock():
        with psycopg.connect(settings.DATABASE_URL) as another:
            locked = another.execute(f"SELECT FROM {Mapping._meta.db_table} WHERE name = 'users' FOR UPDATE NOWAIT")
            assert locked.rowcount == 1
        assert not connection.in_atomic_block

    meanwhile(monkeypatch, lock)
    assert change(columns=[pair("id"), pair("name")]).version == 2


@pytest.mark.parametrize("given", [{"target_table": "other"}, {"source_schema": "elsewhere"}])
def test_a_mapping_that_was_moved_while_its_tables_were_read_is_not_changed(users, monkeypatch, given):
    meanwhile(monkeypatch, lambda: Mapping.objects.update(**given))
    with pytest.raises(Conflict, match="users was changed meanwhile"):
        change(columns=[pair("id")])
    assert len(mappings.get("users").columns) == len(users.columns)


def test_a_connection_that_was_changed_while_tables_were_read_is_not_taken_for_the_one_of_before(users, monkeypatch):
    meanwhile(monkeypatch, lambda: connections.change(name="here", actor=None, options={"statement_seconds": 5}))
    with pytest.raises(Conflict, match="users was changed meanwhile"):
        change(columns=[pair("id")])


def test_what_does_not_concern_the_tables_may_change_while_they_are_read(users, monkeypatch):
    meanwhile(monkeypatch, lambda: Mapping.objects.update(strategy="SAMPLE"))
    changed = change(columns=[pair("id")])
    assert (changed.strategy, changed.version) == ("SAMPLE", 2)


def test_disabling_asks_neither_server(users):
    sql.execute("DROP TABLE replica.users")
    assert change(enabled=False).enabled is False


def test_a_table_that_was_dropped_or_altered_is_named_when_its_columns_are_changed(users):
    sql.execute("ALTER TABLE replica.users DROP COLUMN name")
    with pytest.raises(InvalidRequest, match="no column name"):
        change(columns=users.columns)
    sql.execute("DROP TABLE replica.users")
    with pytest.raises(SchemaChanged, match=r"replica\.users"):
        change(columns=users.columns)


def test_a_column_of_another_type_is_said_when_the_old_type_is_written(users):
    sql.execute("ALTER TABLE upstream.users ALTER COLUMN id TYPE bigint")
    with pytest.raises(InvalidRequest, match=r"compared as integer\(8\), not as integer\(4\)"):
        change(columns=users.columns)


def test_a_rule_that_holds_keeps_its_column(users):
    rule = rules.create(mapping=users, column="name", reason="renamed by the copy", actor=None)
    with pytest.raises(Conflict, match=f"Ignore rule {rule.pk}"):
        change(columns=[pair("id")])
    rules.disable(rule=rule, actor=None)
    assert change(columns=[pair("id")]).version == 2


def test_one_that_is_not_there_is_named_with_those_that_are(users):
    with pytest.raises(NotFound, match="There are users"):
        mappings.change(name="people", actor=None, enabled=False)


def test_another_address_of_a_connection_makes_another_version_of_its_mappings(users):
    connections.change(name="here", actor=None, options={"statement_seconds": 5})
    assert mappings.get("users").version == 1
    connections.change(name="here", actor=None, address="postgresql://other@elsewhere/x")
    assert mappings.get("users").version == 2
