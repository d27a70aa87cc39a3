"""Every CQL type, stored and read back as the canonical bytes that `encode` gives for the value."""

import math
import struct
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID

import pytest

from reconciliation.canonical import Rule
from reconciliation.canonical.common import UncomparableType
from reconciliation.canonical.encode import encode
from reconciliation.canonical.notation import parse, written
from reconciliation.sources.cassandra import CassandraSide
from reconciliation.sources.cassandra.types import canonical
from reconciliation.sources.protocol import Column
from tests.reconciliation.cassandra.sides import WHOLE, compared, definition, everything, place, side

U = "50554d6e-29bb-11e5-b345-feff819cdc9f"
# CQL type, literal, its canonical type, the value that `encode` is given
SCALARS = [
    ("ascii", "'plain'", "text", "plain"),
    ("text", "''", "text", ""),
    ("text", "'a|b, \U0001f600 ''quoted'' \u00e9'", "text", "a|b, \U0001f600 'quoted' \u00e9"),
    ("blob", "0x", "bytes", b""),
    ("blob", "0x00ff", "bytes", b"\x00\xff"),
    ("boolean", "true", "boolean", True),
    ("boolean", "false", "boolean", False),
    ("tinyint", "-128", "integer(1)", -128),
    ("smallint", "-32768", "integer(2)", -32768),
    ("int", "2147483647", "integer(4)", 2147483647),
    ("bigint", "-9223372036854775808", "integer(8)", -(2**63)),
    ("varint", "-123456789012345678901234567890", "decimal", -123456789012345678901234567890),
    ("varint", "0", "decimal", 0),
    ("decimal", "1.10", "decimal", Decimal("1.1")),
    ("decimal", "-0.000000000000000001", "decimal", Decimal("-0.000000000000000001")),
    ("decimal", "1234567890123456789012345678901.123", "decimal", Decimal("1234567890123456789012345678901.123")),
    ("decimal", "0.00", "decimal", Decimal(0)),
    ("decimal", "1E+40", "decimal", Decimal("1E+40")),
    ("decimal", "1E-400", "decimal", Decimal("1E-400")),
    ("float", "0.1", "float(4)", 0.1),
    ("float", "NaN", "float(4)", math.nan),
    ("double", "1e-20", "float(8)", 1e-20),
    ("double", "-0.0", "float(8)", -0.0),
    ("double", "NaN", "float(8)", math.nan),
    ("double", "-Infinity", "float(8)", -math.inf),
    ("uuid", U, "uuid", UUID(U)),
    ("timeuuid", U, "uuid", UUID(U)),
    ("inet", "'10.0.0.1'", "inet", ip_address("10.0.0.1")),
    ("inet", "'2001:db8::1'", "inet", ip_address("2001:db8::1")),
    ("date", "'1969-12-31'", "date", -1),
    ("date", "0", "date", -(2**31)),
    ("time", "'23:59:59.999999999'", "time(us)", "23:59:59.999999"),
    ("timestamp", "'1969-12-31 23:59:59.999+0000'", "timestamp(ms)", datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC)),
    ("timestamp", "-9223372036854775808", "timestamp(ms)", -(2**63) * 1000),
    ("duration", "1y2mo3d4h5m6s7ms8us9ns", "duration", (14, 3, 14_706_007_008)),
    ("duration", "-2mo1ns", "duration", (-2, 0, 0)),
    ("duration", "-1us500ns", "duration", (0, 0, -1)),
]  # fmt: skip
NESTED = [
    ("list<int>", "[3, 1, 3]", "list<integer(4)>", [3, 1, 3]),
    ("set<int>", "{1, -1}", "set<integer(4)>", {1, -1}),
    ("set<text>", "{'b', '', 'a'}", "set<text>", {"a", "", "b"}),
    ("map<text, bigint>", "{'b': 1, 'a': -2}", "map<text,integer(8)>", {"a": -2, "b": 1}),
    ("frozen<list<decimal>>", "[1.10, 2]", "list<decimal>", [Decimal("1.1"), 2]),
    ("list<frozen<set<uuid>>>", f"[{{{U}}}]", "list<set<uuid>>", [[UUID(U)]]),
    ("map<int, frozen<map<text, date>>>", "{1: {'x': '1970-01-02'}}", "map<integer(4),map<text,date>>", {1: {"x": 1}}),
    ("tuple<int, text, double>", "(1, null, 1.5)", "tuple<integer(4),text,float(8)>", [1, None, 1.5]),
    ("vector<float, 3>", "[1, 2.5, -3]", "list<float(4)>", [1.0, 2.5, -3.0]),
    ("vector<text, 2>", "['short', '" + "long" * 60 + "']", "list<text>", ["short", "long" * 60]),
    ("vector<smallint, 2>", "[1, -1]", "list<integer(2)>", [1, -1]),
    ("vector<frozen<list<int>>, 2>", "[[1], [2, 3]]", "list<list<integer(4)>>", [[1], [2, 3]]),
]  # fmt: skip


@pytest.fixture(scope="module")
def stored(cassandra):
    """Each literal in a column of its own, in one row; and the other row without any value."""
    cases = [*SCALARS, *NESTED]
    names = [f"c{number:02d}" for number in range(len(cases))]
    table = cassandra.table(
        "id int PRIMARY KEY, " + ", ".join(f"{n} {case[0]}" for n, case in zip(names, cases, strict=True)), fresh=True
    )
    literals = ", ".join(case[1] for case in cases)
    cassandra.execute(f"INSERT INTO {table} (id, {', '.join(names)}) VALUES (1, {literals})")
    cassandra.execute(f"INSERT INTO {table} (id) VALUES (2)")
    opened = side(place(cassandra, table))
    rows = everything(opened)
    return dict(zip(names, list(zip(*rows, strict=True))[1:], strict=True)), opened


@pytest.mark.parametrize(
    "number", range(len(SCALARS) + len(NESTED)), ids=[f"{c[0]} {c[1][:20]}" for c in [*SCALARS, *NESTED]]
)
def test_a_value_is_read_as_its_canonical_bytes_and_no_value_as_none(stored, number):
    values, opened = stored
    _, _, type_, value = [*SCALARS, *NESTED][number]
    column = opened.shape().column(f"c{number:02d}")
    assert written(canonical(column)) == type_
    assert values[column.name] == (encode(value, parse(type_)), None)


def test_a_users_type_is_a_record_of_its_fields(cassandra):
    street = cassandra.type("name text, number int")
    table = cassandra.table(f"id int PRIMARY KEY, home {street}, past list<frozen<{street}>>", fresh=True)
    cassandra.execute(
        f"INSERT INTO {table} (id, home, past) VALUES (1, {{name: 'High'}}, [{{name: 'Low', number: 2}}])"
    )
    opened = side(place(cassandra, table))
    record = "record<name text,number integer(4)>"
    assert written(canonical(opened.shape().column("past"))) == f"list<{record}>"
    [[_, home, past]] = everything(opened)
    assert home == encode({"name": "High"}, parse(record))
    assert past == encode([{"name": "Low", "number": 2}], parse(f"list<{record}>"))


def test_a_field_that_was_added_after_the_row_was_written_is_null(cassandra):
    street = cassandra.type("name text")
    table = cassandra.table(f"id int PRIMARY KEY, home frozen<{street}>", fresh=True)
    cassandra.execute(f"INSERT INTO {table} (id, home) VALUES (1, {{name: 'High'}})")
    cassandra.execute(f"ALTER TYPE {street} ADD number int")
    [[_, home]] = everything(side(place(cassandra, table)))
    assert home == encode({"name": "High", "number": None}, parse("record<name text,number integer(4)>"))


def test_a_counter_is_a_whole_number(cassandra):
    table = cassandra.table("id int PRIMARY KEY, hits counter")
    cassandra.execute(f"UPDATE {table} SET hits = hits + 7 WHERE id = 1")
    assert everything(side(place(cassandra, table))) == [
        (encode(1, parse("integer(4)")), encode(7, parse("integer(8)")))
    ]


@pytest.mark.parametrize("kind", ["list<int>", "set<int>", "map<int, int>", "frozen<list<int>>"])
def test_an_empty_collection_is_null(cassandra, kind):
    table = cassandra.table(f"id int PRIMARY KEY, v {kind}")
    literal = "{}" if kind[:3] in {"set", "map"} else "[]"
    cassandra.execute(f"INSERT INTO {table} (id, v) VALUES (1, {literal})")
    assert everything(side(place(cassandra, table))) == [(encode(1, parse("integer(4)")), None)]


@pytest.mark.parametrize("kind", ["int", "bigint", "uuid", "timestamp", "decimal", "inet", "boolean"])
def test_a_value_of_no_bytes_reads_as_null_where_drivers_read_it_so(cassandra, kind):
    table = cassandra.table(f"id int PRIMARY KEY, v {kind}, t text")
    cassandra.execute(f"INSERT INTO {table} (id, v, t) VALUES (1, blob_as_{kind}(0x), '')")
    assert side(place(cassandra, table)).shape().rows == 1
    [[_, text, value]] = everything(side(place(cassandra, table)))
    assert (text, value) == (b"", None)


WIDER = [
    ("int", "-5", "integer(8)", -5),
    ("smallint", "7", "integer(4)", 7),
    ("bigint", "12", "decimal", 12),
    ("float", "0.1", "float(8)", struct.unpack(">f", struct.pack(">f", 0.1))[0]),
    ("double", "0.1", "decimal", Decimal("0.1")),
    ("timestamp", "'2025-01-02 03:04:05.678+0000'", "timestamp(us)", datetime(2025, 1, 2, 3, 4, 5, 678_000, UTC)),
    ("timestamp", "9223372036854775807", "timestamp(us)", (2**63 - 1) * 1000),
    ("text", "'{\"b\": 1.0, \"a\": null}'", "json", {"a": None, "b": 1}),
    ("list<int>", "[2, 1]", "set<integer(8)>", [1, 2]),
    ("tuple<int, text>", "(1, 'x')", "record<a integer(8),b text>", [1, "x"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def widened(cassandra):
    """Each value as the type that the target's column has, by place."""
    kinds = ", ".join(f"c{number} {case[0]}" for number, case in enumerate(WIDER))
    table = cassandra.table(f"id int PRIMARY KEY, {kinds}", fresh=True)
    names = ", ".join(f"c{number}" for number in range(len(WIDER)))
    cassandra.execute(f"INSERT INTO {table} (id, {names}) VALUES (1, {', '.join(case[1] for case in WIDER)})")
    columns = [compared(f"c{number}", case[2]) for number, case in enumerate(WIDER)]
    key = compared("id", "integer(4)", key=True)
    [[_, *values]] = everything(CassandraSide(definition(place(cassandra, table), (key, *columns))))
    return values


@pytest.mark.parametrize("number", range(len(WIDER)), ids=[f"{case[0]} as {case[2]}" for case in WIDER])
def test_a_value_is_read_as_the_wider_type_that_the_target_has(widened, number):
    _, _, type_, value = WIDER[number]
    assert widened[number] == encode(value, parse(type_))


@pytest.mark.parametrize(
    ("rule", "kind", "literal", "type_"),
    [
        (Rule(trim=True), "text", "' a '", "text"),
        (Rule(empty_is_null=True), "text", "''", "text"),
        (Rule(nfc=True), "text", "'e\u0301'", "text"),
        (Rule(unit="s"), "timestamp", "'2025-01-02 03:04:05.678+0000'", "timestamp(us)"),
        (Rule(unit="ms"), "time", "'01:02:03.456789'", "time(us)"),
    ],
)
def test_rules_hold(cassandra, rule, kind, literal, type_):
    table = cassandra.table(f"id int PRIMARY KEY, v {kind}")
    cassandra.execute(f"INSERT INTO {table} (id, v) VALUES (1, {literal})")
    columns = (compared("id", "integer(4)", key=True), compared("v", type_, rule=rule))
    given = literal.strip("'").removesuffix("+0000").replace(" 03", "T03") if kind != "text" else literal[1:-1]
    [[_, value]] = everything(CassandraSide(definition(place(cassandra, table), columns)))
    assert value == encode(given, parse(type_), rule)


@pytest.mark.parametrize("kind", ["'org.apache.cassandra.db.marshal.LexicalUUIDType'", "list<'org.example.Own'>"])
def test_a_type_that_cannot_be_compared_is_refused_by_name(kind):
    with pytest.raises(UncomparableType, match=r"own is of Cassandra's type .* Leave the column out"):
        canonical(Column(name="own", type=kind))


def test_rows_are_shown_as_json_has_them(cassandra):
    table = cassandra.table("id int PRIMARY KEY, v decimal, w list<timestamp>")
    cassandra.execute(f"INSERT INTO {table} (id, v, w) VALUES (1, 1.50, [0])")
    opened = side(place(cassandra, table))
    [row] = next(opened.read(WHOLE))
    assert opened.shown(row) == {"id": 1, "v": "1.5", "w": ["1970-01-01T00:00:00Z"]}
