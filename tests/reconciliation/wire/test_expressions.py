"""PostgreSQL computes the bytes that Cassandra sends: never for another value, and for ordinary values always."""

from dataclasses import dataclass

import pytest

from project.postgres import sql
from reconciliation.comparing.aligned import values
from reconciliation.sources.cassandra.raw import Page
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import Bounds
from reconciliation.sources.wire.pair import WirePair
from tests.reconciliation.wire.copies import mapped

WHOLE = Bounds()


@dataclass(frozen=True)
class Case:
    """`same`: what either server calls the same value, by its text. `apart`: values of which the other has none."""

    cql: str
    server: str
    same: tuple[str, ...]
    apart: tuple[str, ...] = ()
    of_cassandra: tuple[str, ...] = ()  # values of it alone


NUMBERS = ("0", "1", "-1", "127", "128", "-128", "-129")
MOMENTS = ("1970-01-01 00:00:00+0000", "1969-12-31 23:59:59.999+0000", "2024-02-29 12:34:56.789+0000",
           "1700-01-01 00:00:00+0000", "2249-12-31 23:59:59.999+0000")  # fmt: skip
CASES = [
    Case("bigint", "bigint", (*NUMBERS, "9223372036854775807", "-9223372036854775808")),
    Case("bigint", "integer", (*NUMBERS, "2147483647"), of_cassandra=("2147483648", "4294967296")),
    Case("int", "bigint", (*NUMBERS, "2147483647", "-2147483648"), apart=("2147483648", "4294967296", "-2147483649")),
    Case("smallint", "bigint", (*NUMBERS, "32767", "-32768"), apart=("32768", "65536", "-32769")),
    Case("tinyint", "integer", ("0", "1", "-1", "127", "-128"), apart=("128", "256", "-129", "16777215")),
    Case("decimal", "numeric(18,2)", ("0.00", "0.01", "-0.01", "1.27", "1.28", "-1.28", "-1.29", "327.67", "327.68",
         "-83886.08", "83886.07", "21474836.47", "-21474836.49", "5497558138.87", "1407374883553.28",
         "9999999999999999.99", "-9999999999999999.99"), of_cassandra=("0.010", "1E+2", "0.000001")),
    Case("decimal", "numeric", ("0", "7", "-7", "1.5", "-1.28", "127", "128", "255", "256", "32768", "0.000000001",
         "9.223372036", "9223372036854775807", "-9223372036854775808"),
         apart=("9.223372036854775807", "NaN", "Infinity", "-Infinity", "0.0000000001", "9223372036854775808",
                "1e30", "-1e30")),
    Case("decimal", "numeric(9,0)", ("0", "5", "-128", "999999999"), of_cassandra=("5.00",)),
    Case("timestamp", "timestamp with time zone", MOMENTS,
         apart=("2024-02-29 12:34:56.789001+00", "infinity", "-infinity", "4713-01-01 BC",
                "290000-01-01 00:00:00.001+00",
                "1699-12-31 23:59:59.999+00", "2250-01-01 00:00+00"),
         of_cassandra=("2250-01-01 00:00:00+0000", "9999-12-31 23:59:59.999+0000")),
    Case("timestamp", "timestamp without time zone", MOMENTS, apart=("2024-02-29 12:34:56.789001", "infinity")),
    Case("date", "date", ("1970-01-01", "1969-12-31", "2024-02-29", "0001-01-01", "9999-12-31"),
         apart=("infinity", "-infinity", "4713-01-01 BC", "5874897-12-31")),
    Case("time", "time without time zone", ("00:00:00", "23:59:59.999999", "12:34:56.000001"), apart=("24:00:00",),
         of_cassandra=("00:00:00.000000001",)),
    Case("text", "text", ("", "plain", "gr\u00fc\u00df", "\U0001f600", " ", "line\nbreak", "gru\u0308\u00df")),
    Case("text", "character varying", ("", "short", "x y ")),
    Case("text", "character(8)", ("", "padded")),
    Case("ascii", "text", ("", "plain"), apart=("gr\u00fc\u00df",)),
    Case("boolean", "boolean", ("true", "false")),
    Case("uuid", "uuid", ("00000000-0000-4000-8000-0000000000ff", "ffffffff-ffff-ffff-ffff-ffffffffffff")),
    Case("double", "double precision", ("0", "1.5", "-1.5", "1e300", "NaN", "Infinity", "-Infinity"), apart=("-0",)),
    Case("float", "real", ("0", "1.5", "NaN", "Infinity"), apart=("-0",)),
    Case("inet", "inet", ("127.0.0.1", "::1"), apart=("10.0.0.0/8",)),
    Case("blob", "bytea", ("0x", "0x00ff", "0xffffff")),
]  # fmt: skip
QUOTED = ("text", "ascii", "timestamp", "date", "time", "inet")


def of_cassandra(case: Case, value: str) -> str:
    return "'{}'".format(value.replace("'", "''")) if case.cql in QUOTED else value


def of_postgres(value: str, server: str) -> str:
    return "\\x" + value[2:] if server == "bytea" else value


@pytest.mark.parametrize("case", CASES, ids=[f"{case.cql}, {case.server}" for case in CASES])
def test_equal_bytes_are_equal_values_and_equal_values_nearly_always_equal_bytes(case, cassandra, replica):
    table = cassandra.table(f"id int PRIMARY KEY, value {case.cql}")
    sql.execute(f"CREATE TABLE replica.copy (id int PRIMARY KEY, value {case.server})")
    here = [None, *case.same, *case.apart]
    there = [None, *case.same, *case.of_cassandra]
    for number, value in enumerate(here):
        sql.execute(f"INSERT INTO replica.copy VALUES (%s, %s::text::{case.server})",
                    [number, value if value is None else of_postgres(value, case.server)])  # fmt: skip
    for number, value in enumerate(there):
        literal = "null" if value is None else of_cassandra(case, value)
        cassandra.execute(f"INSERT INTO {table} (id, value) VALUES ({number}, {literal})")
    with open_both(mapped(cassandra, table, "copy")) as (source, target):
        pair = WirePair.of(source, target)
        assert pair is not None
        sent = [row for page in pair.source_pages(WHOLE) for row in page]
        computed = [values(row, 0, 2) for batch in pair.target_rows(WHOLE) for row in batch]
        meant_there = {row[0]: row[1] for page in source.read(WHOLE) for row in page}
        meant_here = {row[0]: row[1] for page in target.read(WHOLE) for row in page}
    assert (len(sent), len(computed)) == (len(there), len(here))
    for key, value in sent:
        for (other_key, other), _ in computed:
            if value == other:
                assert meant_there[key] == meant_here[other_key], (key, other_key)
    found = {row[0]: row[1] for row, _ in computed}
    ordinary = {key: value for key, value in sent if int.from_bytes(key, "big") <= len(case.same)}
    assert {key: found[key] for key in ordinary} == ordinary


def test_a_page_counts_its_rows_and_gives_them():
    page = Page(b"\x00\x00\x00\x02" + b"\x00\x00\x00\x01a\xff\xff\xff\xff" + b"\x00\x00\x00\x00\x00\x00\x00\x02bc", 2)
    assert len(page) == 2
    assert page.rows() == list(page) == [(b"a", None), (b"", b"bc")]


@pytest.mark.parametrize(
    ("cql", "server"),
    [
        ("varint", "numeric"),
        ("list<int>", "integer[]"),
        ("int", "numeric"),
        ("decimal", "numeric(30,25)"),
    ],
)
def test_what_has_no_such_form_is_compared_by_its_values(cql, server, cassandra, replica):
    table = cassandra.table(f"id int PRIMARY KEY, value {cql}")
    sql.execute(f"CREATE TABLE replica.copy (id int PRIMARY KEY, value {server})")
    with open_both(mapped(cassandra, table, "copy")) as (source, target):
        assert WirePair.of(source, target) is None


def test_partitions_without_rows_are_none_so_tables_that_may_have_them_are_compared_by_values(cassandra, replica):
    table = cassandra.table("id int, part int, name text static, value int, PRIMARY KEY (id, part)")
    sql.execute("CREATE TABLE replica.copy (id int, part int, name text, value int, PRIMARY KEY (id, part))")
    with open_both(mapped(cassandra, table, "copy")) as (source, target):
        assert WirePair.of(source, target) is None
