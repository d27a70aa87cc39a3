"""Ranges, pages, keys: everything is read, once, and found again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest

from project.api.errors import InvalidRequest
from reconciliation.canonical import Rule
from reconciliation.canonical.common import UncomparableType
from reconciliation.canonical.encode import encode
from reconciliation.canonical.notation import parse
from reconciliation.sources.cassandra import CassandraSide, asking, ranges
from reconciliation.sources.protocol import Bounds
from tests.reconciliation.cassandra.sides import WHOLE, compared, definition, everything, place, side

ORDERS = "id uuid PRIMARY KEY, number int, status text"
LINES = "order_id int, line timestamp, total decimal STATIC, amount decimal, PRIMARY KEY (order_id, line)"
HOUR = timedelta(hours=1)


def number(value):
    return encode(value, parse("integer(4)"))


def at(milliseconds):
    return encode(milliseconds * 1000, parse("timestamp(ms)"))


def fill(cassandra, table, rows):
    statement = cassandra.session.prepare(
        f"INSERT INTO {cassandra.keyspace}.{table} (id, number, status) VALUES (?, ?, ?)"
    )
    for future in [cassandra.session.execute_async(statement, (UUID(int=n), n, "new")) for n in range(rows)]:
        future.result()


@pytest.fixture
def orders(cassandra):
    table = cassandra.table(ORDERS)
    fill(cassandra, table, 2500)
    return place(cassandra, table)


def test_ranges_are_everything_once(orders):
    opened = side(orders)
    cut = opened.split(300)
    assert 5 <= len(cut) <= 15
    assert (cut[0].lower, cut[-1].upper) == (None, None)
    assert all(left.upper == right.lower for left, right in pairwise(cut))
    rows = [row for bounds in cut for page in opened.read(bounds) for row in page]
    assert sorted(rows) == everything(opened)
    assert len(rows) == sum(opened.count(bounds) for bounds in cut) == 2500


def test_halves_are_the_range(orders):
    opened = side(orders)
    halves = [part for half in opened.halve(WHOLE) for part in opened.halve(half)]
    assert len(halves) == 4
    assert sum(map(opened.count, halves)) == 2500


def test_a_single_token_is_not_halved(orders):
    assert side(orders).halve(Bounds(5, 6)) == [Bounds(5, 6)]
    assert side(orders).halve(Bounds(5, 7)) == [Bounds(5, 6), Bounds(6, 7)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 256])
def test_even_ranges_touch_and_never_overlap(count):
    cut = ranges.even(count)
    ends = [ranges.closed(bounds) for bounds in cut]
    assert len(cut) == count
    assert all(lower < upper for lower, upper in ends)
    assert [upper for _, upper in ends[:-1]] == [lower for lower, _ in ends[1:]]


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0])
def test_windows_of_the_ring_have_their_share_of_it_and_never_overlap(share):
    found = sorted(ranges.closed(bounds) for bounds in ranges.windows(64, share))
    assert sum(upper - lower for lower, upper in found) == pytest.approx(share * 2**64)
    assert all(one[1] <= other[0] for one, other in pairwise(found))


def test_pages_follow_the_weight_of_rows(cassandra, monkeypatch):
    monkeypatch.setattr(asking, "PAGE_BYTES", 100_000)
    table = cassandra.table("id int PRIMARY KEY, document blob")
    for n in range(150):
        cassandra.insert(table, id=n, document=bytes(5_000))
    pages = [len(page) for page in side(place(cassandra, table)).read(WHOLE)]
    assert pages[0] == asking.FIRST
    assert sum(pages) == 150
    assert max(pages[1:]) <= 21


def test_keys_find_their_rows_and_only_them(orders):
    opened = side(orders)
    rows = everything(opened)
    gone = encode(UUID(int=10**9), parse("uuid"))
    found = opened.fetch([row[:1] for row in rows[:500]] + [(gone,)])
    assert found == {row[:1]: row for row in rows[:500]}


@pytest.mark.parametrize("table_rows", [0, 1, 999, 2500])
def test_the_estimate_of_rows_is_near_and_exact_for_small_tables(cassandra, table_rows):
    table = cassandra.table(ORDERS)
    fill(cassandra, table, table_rows)
    estimate = side(place(cassandra, table)).shape().rows
    assert estimate == table_rows if table_rows < 1000 else 1000 <= estimate <= 2 * table_rows


def test_an_empty_table_is_one_range_without_rows(cassandra):
    opened = side(place(cassandra, cassandra.table(ORDERS)))
    assert opened.split(1000) == [WHOLE]
    assert (opened.count(WHOLE), list(opened.read(WHOLE)), opened.sample(10), opened.fetch([])) == (0, [], [], {})


def test_a_sample_is_so_many_different_keys_of_the_table(orders):
    opened = side(orders)
    keys = opened.sample(100)
    assert len(set(keys)) == 100
    assert len(opened.fetch(keys)) == 100
    assert len(set(opened.sample(5000))) == 2500


def test_a_row_that_was_deleted_is_gone_and_a_null_that_was_written_is_null(cassandra):
    table = cassandra.table(ORDERS)
    fill(cassandra, table, 3)
    cassandra.execute(f"DELETE FROM {table} WHERE id = %s", [UUID(int=0)])
    cassandra.execute(f"UPDATE {table} SET status = null WHERE id = %s", [UUID(int=1)])
    assert [row[1:] for row in everything(side(place(cassandra, table)))] == [(number(1), None), (number(2), b"new")]


def test_a_big_partition_is_read_in_pages_with_its_static_value_in_each_row(cassandra):
    table = cassandra.table(LINES)
    statement = cassandra.session.prepare(
        f"INSERT INTO {cassandra.keyspace}.{table} (order_id, line, total, amount) VALUES (1, ?, 9.50, ?)"
    )
    for future in [cassandra.session.execute_async(statement, (n, Decimal(n))) for n in range(1200)]:
        future.result()
    opened = side(place(cassandra, table))
    rows = [row for page in opened.read(WHOLE) for row in page]
    assert [row[:2] for row in rows] == [(number(1), at(n)) for n in range(1200)]
    assert {row[3] for row in rows} == {b"9.5"}
    assert opened.count(WHOLE) == 1200


def test_a_partition_of_static_values_alone_is_no_row(cassandra):
    table = cassandra.table(LINES)
    cassandra.execute(f"INSERT INTO {table} (order_id, total) VALUES (1, 5)")
    cassandra.execute(f"INSERT INTO {table} (order_id, line, amount) VALUES (2, 0, 1)")
    opened = side(place(cassandra, table))
    assert everything(opened) == [(number(2), at(0), b"1", None)]
    assert (opened.count(WHOLE), opened.sample(10)) == (1, [(number(2), at(0))])


def test_static_columns_are_compared_by_partition(cassandra):
    table = cassandra.table(LINES)
    cassandra.execute(f"INSERT INTO {table} (order_id, total) VALUES (1, 5)")
    for line in (0, 1):
        cassandra.execute(f"INSERT INTO {table} (order_id, line, total) VALUES (2, %s, 7)", [line])
    columns = (compared("order_id", "integer(4)", key=True), compared("total", "decimal"))
    opened = CassandraSide(definition(place(cassandra, table), columns))
    assert everything(opened) == [(number(1), b"5"), (number(2), b"7")]
    assert opened.count(WHOLE) == 2
    assert opened.fetch([(number(2),)]) == {(number(2),): (number(2), b"7")}


def test_a_key_that_is_not_the_tables_is_refused(cassandra):
    columns = (compared("order_id", "integer(4)", key=True), compared("amount", "decimal"))
    opened = CassandraSide(definition(place(cassandra, cassandra.table(LINES)), columns))
    with pytest.raises(InvalidRequest, match=r"The key of .* is order_id, line: mark these columns"):
        opened.count(WHOLE)


KEYS = [
    ("int", "-7", "integer(8)"),
    ("bigint", "7", "decimal"),
    ("varint", "-128", "decimal"),
    ("varint", "128", "decimal"),
    ("text", "'O''Brien'", "text"),
    ("blob", "0x00", "bytes"),
    ("date", "'1960-02-29'", "date"),
    ("timestamp", "'1960-02-29 00:00:00.001+0000'", "timestamp(us)"),
    ("time", "'00:00:01.000002'", "time(us)"),
    ("double", "-0.0", "float(8)"),
    ("inet", "'::1'", "inet"),
    ("boolean", "true", "boolean"),
]


@pytest.mark.parametrize(("kind", "literal", "type_"), KEYS, ids=[f"{kind} {literal}" for kind, literal, _ in KEYS])
def test_a_row_is_found_by_its_canonical_key_and_its_token_is_the_servers(cassandra, kind, literal, type_):
    table = cassandra.table(f"a {kind}, b text, v int, PRIMARY KEY ((a, b))")
    cassandra.execute(f"INSERT INTO {table} (a, b, v) VALUES ({literal}, 'b', 1)")
    columns = (compared("b", "text", key=True), compared("a", type_, key=True), compared("v", "integer(4)"))
    opened = CassandraSide(definition(place(cassandra, table), columns))
    [row] = everything(opened)
    assert opened.fetch([row[:2]]) == {row[:2]: row}
    assert [(opened.token_of(row[:2]),)] == cassandra.execute(f"SELECT token(a, b) FROM {table}")


def test_a_key_that_cassandra_cannot_hold_is_in_no_row(cassandra):
    columns = (compared("id", "integer(8)", key=True), compared("v", "text"))
    opened = CassandraSide(definition(place(cassandra, cassandra.table("id int PRIMARY KEY, v text")), columns))
    key = (encode(2**40, parse("integer(8)")),)
    assert (opened.fetch([key]), opened.token_of(key)) == ({}, None)


@pytest.mark.parametrize(
    ("kind", "type_", "rule"),
    [("decimal", "decimal", Rule()), ("text", "text", Rule(trim=True)), ("text", "json", Rule())],
)
def test_a_key_that_no_row_could_be_looked_up_by_is_refused(cassandra, kind, type_, rule):
    columns = (compared("id", type_, key=True, rule=rule), compared("v", "text"))
    opened = CassandraSide(definition(place(cassandra, cassandra.table(f"id {kind} PRIMARY KEY, v text")), columns))
    with pytest.raises(UncomparableType, match=r"id of Cassandra's type .* can't be a key"):
        opened.fetch([])


def test_names_that_need_quotes_are_quoted(cassandra):
    table = cassandra.table('"Order id" int PRIMARY KEY, "select" text, "wei""rd" int')
    cassandra.execute(f'INSERT INTO {table} ("Order id", "select", "wei""rd") VALUES (1, \'x\', 2)')
    assert everything(side(place(cassandra, table))) == [(number(1), b"x", number(2))]


def test_what_was_written_since_a_moment_is_told_by_any_of_its_values(cassandra):
    table = cassandra.table("id int PRIMARY KEY, v text, tags set<text>, home frozen<list<int>>")
    old = int((datetime.now(UTC) - HOUR).timestamp() * 1e6)
    for n in range(4):
        cassandra.execute(f"INSERT INTO {table} (id, v, tags) VALUES ({n}, 'old', {{'a'}}) USING TIMESTAMP {old}")
    cassandra.execute(f"UPDATE {table} SET tags = tags + {{'b'}} WHERE id = 1")
    cassandra.execute(f"UPDATE {table} SET v = null WHERE id = 2")
    cassandra.execute(f"UPDATE {table} SET home = [1] WHERE id = 3")
    cassandra.execute(f"INSERT INTO {table} (id) VALUES (9)")
    opened = side(place(cassandra, table))
    since = datetime.now(UTC) - HOUR / 2
    keys = [(number(n),) for n in (0, 1, 2, 3, 9)]
    assert opened.written_since(keys, since) == {keys[1], keys[3]}
    assert opened.written_since(keys, datetime.now(UTC) - 2 * HOUR) == set(keys[:4])
    # of a row without values nothing tells when it was written, so it is read in any case
    assert sorted(row[0] for page in opened.read(WHOLE, since=since) for row in page) == [number(n) for n in (1, 3, 9)]


def test_values_that_end_soon_are_told(cassandra):
    table = cassandra.table("id int PRIMARY KEY, v text, tags set<text>")
    cassandra.execute(f"INSERT INTO {table} (id, v) VALUES (1, 'for good')")
    cassandra.execute(f"INSERT INTO {table} (id, v) VALUES (2, 'an hour') USING TTL 3600")
    cassandra.execute(f"INSERT INTO {table} (id, v) VALUES (3, 'for good')")
    cassandra.execute(f"UPDATE {table} USING TTL 60 SET tags = {{'a minute'}} WHERE id = 3")
    opened = side(place(cassandra, table))
    keys = [(number(n),) for n in (1, 2, 3, 4)]
    assert opened.expiring(keys, timedelta(minutes=2)) == {keys[2]}
    assert opened.expiring(keys, 2 * HOUR) == {keys[1], keys[2]}


def test_counters_and_tables_of_keys_alone_tell_no_time(cassandra):
    hits = side(place(cassandra, cassandra.table("id int PRIMARY KEY, hits counter")))
    bare = side(place(cassandra, cassandra.table("id int PRIMARY KEY")))
    for opened in (hits, bare):
        assert opened.written_since([(number(1),)], datetime.now(UTC)) == set()
        assert opened.expiring([(number(1),)], HOUR) == set()
        assert list(opened.read(WHOLE, since=datetime.now(UTC))) == []
