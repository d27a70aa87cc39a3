"""What stands in the way of reading: each names the connection and what to do."""

from contextlib import closing

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from psycopg.conninfo import make_conninfo

from project.api.errors import InvalidRequest
from project.postgres import sql
from reconciliation.sources.opening import open_source, open_target
from reconciliation.sources.postgres import connecting
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import Bounds, ReadTimeout, SchemaChanged, SourceError
from tests.reconciliation.postgres.definitions import define, place

GIVEN = {"id": "integer(8)", "name": "text"}


@pytest.fixture
def table(run):
    run("CREATE TABLE one.t (id bigint PRIMARY KEY, name text);\nINSERT INTO one.t VALUES (1, 'a')")


def opening(definition):
    with open_source(definition) as side:
        return [row for page in side.read(Bounds()) for row in page]


def test_nobody_answers():
    away = place("one", "t", address="postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(SourceError, match="here: no PostgreSQL lets us in") as refused:
        opening(define(given=GIVEN, source=away))
    assert "secret" not in refused.value.message


def test_an_address_that_is_none():
    with pytest.raises(InvalidRequest, match="postgresql://user@host") as refused:
        opening(define(given=GIVEN, source=place("one", "t", address="postgresql://user:secret@host/name?nothing=1")))
    assert "secret" not in refused.value.message


def test_the_variable_of_the_password_is_empty(monkeypatch):
    monkeypatch.delenv("RECONCILIATION_TEST_PASSWORD", raising=False)
    with pytest.raises(SourceError, match="RECONCILIATION_TEST_PASSWORD"):
        opening(define(given=GIVEN, source=place("one", "t", password_variable="RECONCILIATION_TEST_PASSWORD")))


def test_the_password_may_be_in_a_file(table, monkeypatch, tmp_path):
    (tmp_path / "password").write_text("from a file\n")
    monkeypatch.setenv("RECONCILIATION_TEST_PASSWORD_FILE", str(tmp_path / "password"))
    assert opening(define(given=GIVEN, source=place("one", "t", password_variable="RECONCILIATION_TEST_PASSWORD")))


def test_an_option_that_is_unknown():
    with pytest.raises(InvalidRequest, match="consistency"):
        opening(define(given=GIVEN, source=place("one", "t", options={"consistency": "ONE"})))


def test_a_table_that_was_dropped(run):
    with pytest.raises(SchemaChanged, match=r"no table one\.t"):
        opening(define(given=GIVEN))


def test_a_column_that_was_dropped(run):
    run("CREATE TABLE one.t (id bigint PRIMARY KEY)")
    with pytest.raises(SchemaChanged, match="no column name"):
        opening(define(given=GIVEN))


def test_a_column_that_has_another_type_now(run):
    run("CREATE TABLE one.t (id bigint PRIMARY KEY, name bytea)")
    with pytest.raises(SchemaChanged, match="name is bytea now"):
        opening(define(given=GIVEN))


def test_a_table_that_is_altered_while_it_is_open(table):
    with open_source(define(given=GIVEN)) as side:
        sql.execute("ALTER TABLE one.t DROP COLUMN name")
        with pytest.raises(SchemaChanged):
            list(side.read(Bounds()))


def test_a_role_that_may_not_read(table):
    sql.execute("CREATE ROLE reconciliation_reader LOGIN")
    address = make_conninfo(settings.DATABASE_URL, user="reconciliation_reader")
    try:
        with pytest.raises(SourceError, match="GRANT SELECT"):
            opening(define(given=GIVEN, source=place("one", "t", address=address)))
    finally:
        connecting.close_idle()
        sql.execute("DROP ROLE reconciliation_reader")


def test_a_range_that_takes_too_long(run):
    run("CREATE VIEW one.t AS SELECT 1::bigint AS id, pg_sleep(30)::text AS name")
    slow = place("one", "t", options={"statement_seconds": 0.2})
    with pytest.raises(ReadTimeout, match="statement_seconds"):
        opening(define(given=GIVEN, source=slow))


def test_a_table_that_another_session_locks_is_no_range_that_is_too_large(table, monkeypatch):
    connecting.close_idle()
    monkeypatch.setitem(connecting.SESSION, "lock_timeout", "50ms")
    definition = define(given=GIVEN)
    with closing(PostgresSide(definition, "source")) as side, transaction.atomic():
        sql.execute("LOCK TABLE one.t IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceError, match=r"here: one\.t is locked by another session") as told:
            side.count(Bounds())
    connecting.close_idle()
    assert not isinstance(told.value, ReadTimeout)


def test_a_connection_that_broke_is_not_used_again(table):
    definition = define(given=GIVEN)
    with closing(PostgresSide(definition, "source")) as side:
        pid = side.connection.info.backend_pid
    sql.value("SELECT pg_terminate_backend(%s)", [pid])
    assert len(opening(definition)) == 1


def test_a_connection_lost_while_reading_is_named(table):
    with closing(PostgresSide(define(given=GIVEN), "source")) as side:
        sql.value("SELECT pg_terminate_backend(%s)", [side.connection.info.backend_pid])
        with pytest.raises(SourceError, match="here: the connection was lost"):
            side.count(Bounds())


def test_nothing_can_be_written_through_a_side(table):
    with (
        closing(PostgresSide(define(given=GIVEN), "source")) as side,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        side.connection.execute("DELETE FROM one.t")


def test_a_target_is_always_postgresql(table):
    definition = define(given=GIVEN, target=place("two", "t", kind="cassandra"))
    with (
        open_source(definition) as source,
        pytest.raises(InvalidRequest, match="Only PostgreSQL"),
        open_target(definition, source=source),
    ):
        pass
