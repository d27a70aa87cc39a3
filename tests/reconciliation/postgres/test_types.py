"""Which of PostgreSQL's types can be compared, and the way of each value from a table to its bytes."""

import pytest

from project.postgres import sql
from reconciliation.canonical.common import UncomparableType
from reconciliation.canonical.notation import written
from reconciliation.sources.opening import open_source
from reconciliation.sources.postgres.types import types_of
from reconciliation.sources.protocol import Bounds
from tests.reconciliation.canonical.vectors import Vector, vectors
from tests.reconciliation.postgres.definitions import define


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("numeric(40,20)", "decimal"),
        ("character varying(20)", "text"),
        ("character(5)", "text"),
        ("timestamp(3) with time zone", "timestamp(us)"),
        ("timestamp without time zone", "timestamp(us)"),
        ("time(0) without time zone", "time(us)"),
        ("interval day to second(3)", "duration"),
        ("cidr", "inet"),
        ("macaddr8", "text"),
        ("integer[]", "list<integer(4)>"),
        ("numeric(5,2)[]", "list<decimal>"),
        ("enum public.mood", "text"),
        (
            'composite public.a(street text, "a, b" numeric(5,2), c integer[])',
            'record<street text,"a, b" decimal,c list<integer(4)>>',
        ),
    ],
)
def test_a_type_is_known_by_the_name_that_the_server_gives_it(server: str, expected: str):
    assert written(types_of(server)) == expected


@pytest.mark.parametrize(
    "server",
    [
        "money",
        "tsvector",
        "xml",
        "point",
        "int4range",
        "time with time zone",
        "bit(3)",
        "pg_lsn",
        "money[]",
        "composite public.a(b jsonb)",
        "composite public.a(b character(3))",
    ],
)
def test_what_cannot_be_compared_exactly_is_refused_by_name(server: str):
    with pytest.raises(UncomparableType, match="compare"):
        types_of(server)


@pytest.mark.parametrize("vector", [one for one in vectors() if one.postgresql], ids=str)
def test_a_stored_value_is_read_as_its_bytes(vector: Vector, run):
    run(f"CREATE TABLE one.t (id int PRIMARY KEY, value {vector.postgresql})")
    sql.execute(f"INSERT INTO one.t VALUES (1, %s::text::{vector.postgresql})", [vector.text])
    definition = define(given={"id": "integer(4)", "value": written(vector.type)}, rules={"value": vector.rule.given()})
    with open_source(definition) as side:
        ((row,),) = side.read(Bounds())
    assert row[1] == vector.expected


def test_domains_enums_and_composites_are_described_by_what_they_are_made_of(run):
    run("CREATE DOMAIN one.short AS varchar(5);\nCREATE DOMAIN one.shorter AS one.short")
    run("CREATE TYPE one.mood AS ENUM ('ok')")
    run('CREATE TYPE one.address AS (street text, "house no" int, moods one.mood[])')
    run("CREATE TABLE one.t (id int PRIMARY KEY, d one.shorter, m one.mood, a one.address, several one.address[])")
    run("INSERT INTO one.t VALUES (1, 'abc', 'ok', ROW('x', 2, '{ok}'), ARRAY[ROW('y', NULL, NULL)::one.address])")
    with open_source(define(given={"id": "integer(4)"})) as side:
        types = {column.name: written(types_of(column.type)) for column in side.shape().columns}
    inner = 'record<street text,"house no" integer(4),moods list<text>>'
    assert types == {"id": "integer(4)", "d": "text", "m": "text", "a": inner, "several": f"list<{inner}>"}
    with open_source(define(given=types)) as side:
        ((row,),) = side.read(Bounds())
        shown = side.shown(row)
    assert shown["a"] == {"street": "x", "house no": 2, "moods": ["ok"]}
    assert shown["several"] == [{"street": "y", "house no": None, "moods": None}]


def test_keys_and_indexes_are_described(run):
    run("CREATE TABLE one.t (b int, a text, u uuid UNIQUE, token bigint, PRIMARY KEY (a, b))")
    run("CREATE INDEX ON one.t (token)")
    run("CREATE UNIQUE INDEX ON one.t (lower(a));\nCREATE UNIQUE INDEX ON one.t (b) WHERE b > 0")
    with open_source(define(given={"a": "text"})) as side:
        shape = side.shape()
    assert [(one.name, one.partition, one.nullable) for one in shape.columns[:2]] == [("b", 1, False), ("a", 0, False)]
    assert shape.details == {"unique": [["a", "b"], ["u"]], "indexed": ["a", "token", "u"]}
    assert shape.server.startswith("PostgreSQL 1")


def test_an_array_of_several_dimensions_equals_only_itself(run):
    run("CREATE TABLE one.t (id int PRIMARY KEY, v int[])")
    run("INSERT INTO one.t VALUES (1, '{{1,2}}'), (2, '{{1,2}}'), (3, '{1,2}'), (4, '{{1},{2}}')")
    with open_source(define(given={"id": "integer(4)", "v": "list<integer(4)>"})) as side:
        (page,) = side.read(Bounds())
        values = [row[1] for row in sorted(page)]
        assert [side.shown(row)["v"] for row in sorted(page)] == [[[1, 2]], [[1, 2]], [1, 2], [[1], [2]]]
    assert values[0] == values[1]
    assert len(set(values)) == 3
