"""A node that asks for passwords: who is let in, and who may read."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import NoHostAvailable

from project.cassandra import CassandraNode
from reconciliation.definition import Place
from reconciliation.sources.cassandra import CassandraSide
from reconciliation.sources.protocol import SourceError
from tests.cassandra import ROOT, connect
from tests.reconciliation.cassandra.sides import WHOLE, definition, side

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


def test_no_password_where_one_is_needed_is_told(item):
    with pytest.raises(SourceError, match=r"shop: Cassandra refuses the user \(none\)"):
        CassandraSide(definition(item(""))).shape()


def test_a_role_that_may_not_read_the_table_is_told_what_to_grant(item):
    with pytest.raises(SourceError, match=r"shop: .*SELECT.* GRANT SELECT on the table to stranger"):
        side(item("stranger"))
