"""Opens tables of the tests' Cassandra as the product does."""

from typing import Any

from reconciliation.canonical import EXACT, Compared, Rule
from reconciliation.canonical.notation import parse
from reconciliation.definition import Definition, Place
from reconciliation.sources.cassandra import CassandraSide
from reconciliation.sources.cassandra.types import canonical
from reconciliation.sources.protocol import Bounds, Row
from tests.cassandra import Cassandra

WHOLE = Bounds()


def place(cassandra: Cassandra, table: str, **given: Any) -> Place:
    """A table of the tests' keyspace. `given` replaces members of the place."""
    members = {
        "connection": "orders-cassandra",
        "kind": "cassandra",
        "address": cassandra.address,
        "password_variable": "",
        "options": {},
        "schema": cassandra.keyspace,
        "table": table,
    }
    return Place(**{**members, **given})


def definition(source: Place, columns: tuple[Compared, ...] = (), **given: Any) -> Definition:
    """A mapping of these columns, onto a table of the same name."""
    target = Place(
        connection="here", kind="postgresql", address="", password_variable="", options={}, schema="public",
        table=source.table,
    )  # fmt: skip
    members = {
        "mapping_id": 1, "name": source.table, "version": 1, "timestamp_column": "", "token_column": "",
        "lag_seconds": 0.0, "chunk_seconds": 0.5, "rows_per_second": None,
    }  # fmt: skip
    return Definition(**{**members, "source": source, "target": target, "columns": columns, **given})


def compared(name: str, type_: str, *, key: bool = False, rule: Rule = EXACT) -> Compared:
    return Compared(source=name, target=name, type=parse(type_), key=key, rule=rule)


def side(source: Place, *names: str) -> CassandraSide:
    """All columns, or those named, each compared as what it is; the key is the table's."""
    described = CassandraSide(definition(source)).shape()
    columns = [
        Compared(
            source=column.name,
            target=column.name,
            type=canonical(column),
            key=column.partition is not None or column.clustering is not None,
        )
        for column in sorted(
            described.columns,
            key=lambda one: (one.partition is None, one.partition or 0, one.clustering is None, one.clustering or 0),
        )
        if not names or column.name in names
    ]
    return CassandraSide(definition(source, tuple(columns)))


def everything(opened: CassandraSide) -> list[Row]:
    """All its rows, sorted by their keys."""
    return sorted((row for page in opened.read(WHOLE) for row in page), key=lambda row: [value or b"" for value in row])
