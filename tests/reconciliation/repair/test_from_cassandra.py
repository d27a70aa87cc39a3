"""Repairs from a real Cassandra: collections, counters of time, and the token that the target keeps."""

import pytest

from reconciliation.models import Connection, Mapping
from reconciliation.services.repair.apply import apply, found
from reconciliation.services.repair.plan import preview
from tests.reconciliation import tables
from tests.reconciliation.tables import run, value

COLUMNS = {
    "customer": "text",
    "number": "integer(4)",
    "amount": "decimal",
    "seen": "timestamp(us)",
    "tags": "set<text>",
    "prices": "map<text,decimal>",
    "steps": "list<integer(4)>",
}


@pytest.fixture
def mapping(cassandra):
    table = cassandra.table(
        "customer text, number int, amount decimal, seen timestamp, tags set<text>, prices map<text, decimal>, "
        "steps list<int>, PRIMARY KEY ((customer), number)"
    )
    cassandra.session.execute(
        f"INSERT INTO {cassandra.keyspace}.{table} (customer, number, amount, seen, tags, prices, steps) VALUES "
        "('a/\"b\"', 7, 12345678901234567890.123456789, '2025-11-20 14:00:00.123+0000', {'x', '{,}'}, "
        "{'net': 1.10}, [3, 1, 2])"
    )
    run(tables.DROP)
    run(
        "CREATE SCHEMA side_target; CREATE TABLE side_target.orders (customer text, number int, amount numeric, "
        "seen timestamptz, tags text[], prices jsonb, steps int[], cassandra_token bigint, "
        "PRIMARY KEY (customer, number))"
    )
    there = Connection.objects.create(name="there", kind="cassandra", address=cassandra.address)
    here = Connection.objects.create(name="here", kind="postgresql")
    yield Mapping.objects.create(
        name="orders",
        source=there,
        source_schema=cassandra.keyspace,
        source_table=table,
        target=here,
        target_schema="side_target",
        target_table="orders",
        token_column="cassandra_token",
        columns=[
            {"source": name, "target": name, "type": type_, "key": name in {"customer", "number"}, "rule": {}}
            for name, type_ in COLUMNS.items()
        ],
    )
    run(tables.DROP)


def repair(mismatch):
    plan = preview(found(mismatch.pk), may_delete=False)
    return apply(mismatch_id=mismatch.pk, expected=plan.seal, actor=None, may_delete=False, note="a reason")


def test_a_missing_row_arrives_with_its_collections_and_its_token(cassandra, mapping):
    mismatch = tables.mismatch(tables.job(mapping), 'a/"b"', 7)
    assert mismatch.mismatch_type == "MISSING_IN_POSTGRES"
    assert repair(mismatch).outcome == "applied"
    row = value("SELECT to_jsonb(o) FROM side_target.orders o")
    assert '"amount": 12345678901234567890.123456789' in row
    assert value("SELECT tags @> ARRAY['{,}', 'x'] AND cardinality(tags) = 2 FROM side_target.orders")
    assert value("SELECT steps = ARRAY[3, 1, 2] FROM side_target.orders")
    assert value("SELECT seen = '2025-11-20 14:00:00.123+00' FROM side_target.orders")
    table = f"{cassandra.keyspace}.{mapping.source_table}"
    [[token]] = cassandra.session.execute(f"SELECT token(customer) FROM {table}")
    assert value("SELECT cassandra_token FROM side_target.orders") == token


def test_what_differs_is_written_and_the_token_stays(mapping):
    run(
        "INSERT INTO side_target.orders VALUES ('a/\"b\"', 7, 12345678901234567890.123456789, "
        "'2025-11-20 14:00:00.123+00', ARRAY['x'], '{\"net\": \"1.1\"}', ARRAY[1, 2, 3], 5)"
    )
    mismatch = tables.mismatch(tables.job(mapping), 'a/"b"', 7)
    assert mismatch.columns == ["tags", "steps"]
    repair(mismatch)
    assert value("SELECT cardinality(tags) FROM side_target.orders") == 2
    assert value("SELECT steps = ARRAY[3, 1, 2] AND cassandra_token = 5 FROM side_target.orders")
