"""Each committed vector, stored in a real table and read back, is the committed bytes."""

import json

import pytest

from reconciliation.canonical import Compared
from reconciliation.sources.cassandra import CassandraSide
from tests.reconciliation.canonical.vectors import Vector, vectors
from tests.reconciliation.cassandra.sides import WHOLE, compared, definition, place

OF_CASSANDRA = [vector for vector in vectors() if vector.cassandra]
SPELLED = {"P14M3DT4.5S": "14mo3d4s500ms"}  # its ISO 8601 has no fractions


def in_json(vector: Vector) -> object:
    return SPELLED.get(vector.value, vector.value) if isinstance(vector.value, str) else vector.value


@pytest.fixture(scope="module")
def read(cassandra):
    """Each vector in a row and a column of its own."""
    names = [f"v{number}" for number in range(len(OF_CASSANDRA))]
    kinds = ", ".join(f"{name} {vector.cassandra}" for name, vector in zip(names, OF_CASSANDRA, strict=True))
    table = cassandra.table(f"id int PRIMARY KEY, {kinds}", fresh=True)
    for number, vector in enumerate(OF_CASSANDRA):
        document = json.dumps({"id": number, f"v{number}": in_json(vector)})
        cassandra.execute(f"INSERT INTO {table} JSON %s DEFAULT UNSET", [document])
    columns = [
        Compared(source=name, target=name, type=vector.type, rule=vector.rule)
        for name, vector in zip(names, OF_CASSANDRA, strict=True)
    ]
    opened = CassandraSide(definition(place(cassandra, table), (compared("id", "integer(4)", key=True), *columns)))
    rows = {int.from_bytes(row[0], "big"): row[1:] for page in opened.read(WHOLE) for row in page}
    assert len(rows) == len(OF_CASSANDRA)
    return rows


@pytest.mark.parametrize("number", range(len(OF_CASSANDRA)), ids=[str(vector) for vector in OF_CASSANDRA])
def test_cassandra_gives_the_bytes(read, number):
    row = list(read[number])
    assert row.pop(number) == OF_CASSANDRA[number].expected
    assert set(row) <= {None}


def test_the_vectors_have_each_type_that_a_column_can_have():
    named = {vector.type.name for vector in OF_CASSANDRA}
    assert named >= {"boolean", "integer", "decimal", "float", "text", "bytes", "uuid", "date", "time", "timestamp"}
    assert named >= {"duration", "inet", "json", "list", "set", "map", "tuple"}
