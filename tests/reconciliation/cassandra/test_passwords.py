"""A node that asks for passwords: who is let in, and who may read."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import NoHostAvailable

from project.cassandra import CassandraNode
from project.postgres import sql
from reconciliation.definition import Place
from reconciliation.models import Connection, Coverage
from reconciliation.services import mappings
from reconciliation.services.probing import probe
from reconciliation.services.trigger import trigger
from reconciliation.sources.cassandra import CassandraSide
from reconciliation.sources.protocol import SourceError
from reconciliation.states import JobStatus, Strategy
from tests.cassandra import ROOT, connect
from tests.reconciliation.cassandra.sides import WHOLE, definition, side
from tests.reconciliation.jobs import tables
from tests.reconciliation.jobs.amid import attempts

SUPERUSER = PlainTextAuthProvider("cassandra", "cassandra")


@pytest.fixture(scope="module")
def guarded() -> Iterator[CassandraNode]:
    """With a table, a role that may read it and a role that may not."""
    node = CassandraNode(
        Path(tempfile.mkdtemp(prefix="guarded-", dir=ROOT / ".tests")), passwords=True, short_lived=True
    )
    try:
        node.start()
        cluster, session = login(node)
        for statement in (
            "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
            "CREATE TABLE shop.item (id int PRIMARY KEY, name text)",
            "INSERT INTO shop.item (id, name) VALUES (1, 'a')",
            "CREATE ROLE reader WITH LOGIN = true AND PASSWORD = 'let me in'",
            "CREATE ROLE stranger WITH LOGIN = true AND PASSWORD = 'let me in'",
            "GRANT SELECT ON shop.item TO reader",
        ):
            session.execute(statement)
        cluster.shutdown()
        yield node
    finally:
        node.remove()


def login(node):
    """The first role is made a moment after the port opens."""
    while True:
        try:
            return connect(node, auth_provider=SUPERUSER)
        except NoHostAvailable:
            assert node.pid is not None


@pytest.fixture
def item(guarded, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "let me in")

    def place(user: str) -> Place:
        return Place(
            connection="shop", kind="cassandra", address=guarded.address.replace("//", f"//{user}@"),
            password_variable="SHOP_PASSWORD", options={}, schema="shop", table="item",
        )  # fmt: skip

    return place


def test_a_role_that_may_only_read_is_enough(item):
    opened = side(item("reader"))
    assert opened.count(WHOLE) == 1
    assert opened.sample(5) == [(b"\x00\x00\x00\x01",)]


def test_a_wrong_password_is_told_with_what_to_correct(item, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "guessed")
    with pytest.raises(SourceError, match="shop: Cassandra refuses the user reader or the password: correct"):
        CassandraSide(definition(item("reader"))).shape()
    monkeypatch.setenv("SHOP_PASSWORD", "let me in")
    assert CassandraSide(definition(item("reader"))).shape().rows == 1


@pytest.fixture
def replicated(guarded, item, monkeypatch, caplog, capfd):
    """A mapping of the item whose variable has another password by now; it is in no log or output afterwards."""
    address = guarded.address.replace("//", "//reader@")
    shop = Connection.objects.create(name="shop", kind="cassandra", address=address, password_variable="SHOP_PASSWORD")
    sql.execute("CREATE SCHEMA replica")
    sql.execute("CREATE TABLE replica.item (id int PRIMARY KEY, name text)")
    given = {"source": shop, "source_schema": "shop", "source_table": "item", "timestamp_column": ""}
    made = tables.mapped("item", columns=tables.COLUMNS[:2], **given)
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SHOP_PASSWORD", "guessed-at-random")
    yield made
    tables.drop()
    assert "guessed-at-random" not in caplog.text + "".join(capfd.readouterr())


def test_a_wrong_password_is_told_to_whoever_tests_the_connection_or_makes_a_mapping(replicated):
    given = {
        "source_connection": "shop", "source_schema": "shop", "source_table": "item",
        "target_connection": "here", "target_schema": "replica", "target_table": "item",
    }  # fmt: skip
    for ask in (lambda: probe(replicated.source), lambda: mappings.create(name="items", actor=None, **given)):
        with pytest.raises(SourceError, match="shop: Cassandra refuses the user reader or the password") as told:
            ask()
        assert "guessed" not in str(told.value)


def test_a_wrong_password_fails_the_job_and_the_right_one_lets_the_next_complete(replicated, run_jobs, monkeypatch):
    attempts(monkeypatch, 2)
    (job,) = trigger(tables=["item"], strategy=Strategy.CHECKSUM).jobs
    run_jobs()
    job.refresh_from_db()
    assert (job.status, Coverage.objects.count()) == (JobStatus.FAILED, 0)
    assert "shop: Cassandra refuses the user reader or the password" in job.validation_errors[0]["error"]
    assert "guessed" not in str(job.validation_errors)
    monkeypatch.setenv("SHOP_PASSWORD", "let me in")
    (job,) = trigger(tables=["item"], strategy=Strategy.CHECKSUM).jobs
    run_jobs()
    job.refresh_from_db()
    assert (job.status, job.missing_in_target) == (JobStatus.COMPLETED, 1)


def test_no_password_where_one_is_needed_is_told(item):
    with pytest.raises(SourceError, match=r"shop: Cassandra refuses the user \(none\)"):
        CassandraSide(definition(item(""))).shape()


def test_a_role_that_may_not_read_the_table_is_told_what_to_grant(item):
    with pytest.raises(SourceError, match=r"shop: .*SELECT.* GRANT SELECT on the table to stranger"):
        side(item("stranger"))
