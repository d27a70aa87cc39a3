"""Mappings of a real Cassandra table: what is proposed, made, tried, and given a token column."""

import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.core.management import call_command

from project.api.errors import InvalidRequest
from project.postgres import sql
from reconciliation.canonical.notation import written
from reconciliation.definition import Definition, Place
from reconciliation.models import Connection, Mapping
from reconciliation.services import connections, mappings, probing
from reconciliation.sources.protocol import SchemaChanged, SourceError
from tests.reconciliation.mappings.tables import pair

CQL = (
    'shop text, "orderId" uuid, at timestamp, amount decimal, tags set<text>, note text,'
    ' PRIMARY KEY ((shop), "orderId")'
)
SQL = (
    "shop text, order_id uuid, at timestamptz, amount numeric, tags text[], note text, loaded_at timestamptz,"
    " PRIMARY KEY (shop, order_id)"
)
ONE, TWO = UUID(int=1), UUID(int=2)
AT = datetime(2025, 11, 20, 10, 0, 0, 123000, tzinfo=UTC)


@pytest.fixture
def cluster(here, cassandra) -> Connection:
    return connections.create(name="cluster", kind="cassandra", address=cassandra.address, actor=None)


@pytest.fixture
def orders(cluster, cassandra) -> str:
    """Two orders in Cassandra and their copies, of which one has lost its note. The source's name."""
    table = cassandra.table(CQL)
    sql.execute(f"CREATE TABLE replica.orders ({SQL})")
    for order, note in ((ONE, "a"), (TWO, None)):
        cassandra.insert(table, shop="x", orderId=order, at=AT, amount=1, tags={"b", "a"}, note=note)
        with sql.cursor() as cursor:
            cursor.execute("INSERT INTO replica.orders VALUES ('x', %s, %s, 1, '{a,b}', NULL)", [order, AT])
    return table


def create(cassandra, table: str, **given) -> Mapping:
    return mappings.create(
        name="orders", actor=None, source_connection="cluster", source_schema=cassandra.keyspace, source_table=table,
        target_connection="here", target_schema="replica", target_table="orders", **given,
    )  # fmt: skip


def test_partition_and_clustering_are_the_key_and_milliseconds_are_offered(cluster, here, cassandra, orders):
    found = mappings.propose(Place.of(cluster, cassandra.keyspace, orders), Place.of(here, "replica", "orders"))
    assert [(c.source, c.target, written(c.type), c.key) for c in found.columns] == [
        ("shop", "shop", "text", True),
        ("orderId", "order_id", "uuid", True),
        ("amount", "amount", "decimal", False),
        ("at", "at", "timestamp(us)", False),
        ("note", "note", "text", False),
        ("tags", "tags", "set<text>", False),
    ]
    (at,) = [pair for pair in found.pairs if pair.source.name == "at"]
    assert [(offer.rule.given(), at.compared.rule.given()) for offer in at.offers] == [({"unit": "ms"}, {})]
    assert [column.name for column in found.only_target] == ["loaded_at"]


def test_a_trial_shows_both_sides(cassandra, orders):
    found = mappings.trial(Definition.of(create(cassandra, orders)))
    assert (len(found.rows), found.equal, found.differing) == (2, 1, {"note": 1})
    (row,) = [row for row in found.rows if not row.equal]
    (note,) = [cell for cell in row.cells if not cell.equal]
    assert (note.source, note.target) == ("a", None)


def test_a_key_other_than_the_table_s_is_refused(cassandra, orders):
    sql.execute("CREATE UNIQUE INDEX ON replica.orders (order_id)")
    with pytest.raises(InvalidRequest, match="identified by shop, orderId"):
        create(cassandra, orders, columns=[pair("orderId", "order_id", key=True), pair("note")])


def test_a_token_column_has_to_be_an_indexed_bigint(cassandra, orders):
    with pytest.raises(InvalidRequest, match="no bigint"):
        create(cassandra, orders, token_column="note")
    sql.execute("ALTER TABLE replica.orders ADD COLUMN token bigint")
    with pytest.raises(InvalidRequest, match=r'CREATE INDEX CONCURRENTLY ON "replica"\."orders" \("token"\)'):
        create(cassandra, orders, token_column="token")
    sql.execute("CREATE INDEX ON replica.orders (token)")
    assert create(cassandra, orders).token_column == "token"  # which is proposed now


def test_the_command_adds_a_token_and_the_mapping_uses_it(cassandra, orders):
    create(cassandra, orders)
    out = io.StringIO()
    call_command("mapping", "add-token", "orders", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["token_column"], told["rows"], told["version"]) == ("cassandra_token", 2, 2)
    assert mappings.get("orders").token_column == "cassandra_token"
    assert sql.value("SELECT count(*) FROM replica.orders WHERE cassandra_token IS NULL") == 0
    assert mappings.trial(Definition.of(mappings.get("orders"))).equal == 1


def test_the_connection_says_who_answers_and_who_does_not(cluster):
    assert probing.probe(cluster).startswith("Cassandra 5.")
    down = connections.create(name="down", kind="cassandra", address="cassandra://127.0.0.1:1", actor=None)
    with pytest.raises(SourceError, match="down: no Cassandra answers"):
        probing.probe(down)


def test_a_node_that_comes_back_is_found_again(cluster, cassandra):
    assert probing.probe(cluster)
    cassandra.node.kill()
    with pytest.raises(SourceError, match="cluster: no Cassandra answers"):
        probing.probe(cluster)
    cassandra.restart()
    assert probing.probe(cluster).startswith("Cassandra 5.")


def test_a_table_that_is_not_there_is_named(cassandra, orders):
    with pytest.raises(SchemaChanged, match="no_such_table"):
        create(cassandra, "no_such_table")
