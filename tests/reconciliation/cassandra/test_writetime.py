"""When values were written and when they end, compared like columns, on the real server."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciliation.canonical import Compared, Rule
from reconciliation.canonical.common import UncomparableType
from reconciliation.canonical.encode import encode
from reconciliation.canonical.notation import parse
from reconciliation.definition import Definition
from reconciliation.sources.cassandra import CassandraSide, asking, told
from reconciliation.sources.protocol import Column, SchemaChanged
from tests.cassandra import Cassandra
from tests.reconciliation.cassandra.sides import WHOLE, compared, definition, everything, place

NOTES = "id int PRIMARY KEY, note text, tags set<text>, fixed frozen<set<text>>"
LINES = "order_id int, line int, total decimal STATIC, amount decimal, PRIMARY KEY (order_id, line)"
KEY = compared("id", "integer(4)", key=True)
AT = 1_700_000_000_123_456
HOUR = timedelta(hours=1)


def number(value: int) -> bytes | None:
    return encode(value, parse("integer(4)"))


def at(micro: int) -> bytes | None:
    return encode(micro, parse("timestamp(us)"))


def opened(cassandra: Cassandra, table: str, *columns: Compared) -> CassandraSide:
    return CassandraSide(definition(place(cassandra, table), columns))


def key(value: int) -> tuple[bytes]:
    return (number(value) or b"",)


@pytest.fixture
def notes(cassandra: Cassandra) -> str:
    """Of four rows the first has all, the second a key alone, the third a null that was written, the fourth an end."""
    table = cassandra.table(NOTES)
    for statement in (
        f"INSERT INTO {table} (id, note, tags, fixed) VALUES (1, 'a', {{'x'}}, {{'y'}}) USING TIMESTAMP {AT}",
        f"UPDATE {table} USING TIMESTAMP {AT + 7} SET tags = tags + {{'z'}} WHERE id = 1",
        f"INSERT INTO {table} (id) VALUES (2)",
        f"INSERT INTO {table} (id, note) VALUES (3, null)",
        f"INSERT INTO {table} (id, note) VALUES (4, 'ends') USING TTL 3600 AND TIMESTAMP {AT + 1}",
    ):
        cassandra.execute(statement)
    return table


@pytest.mark.parametrize(
    ("type_", "rule", "told_at"),
    [
        ("timestamp(us)", Rule(), encode(AT, parse("timestamp(us)"))),
        ("timestamp(us)", Rule(unit="ms"), encode(AT // 1000 * 1000, parse("timestamp(ms)"))),
        ("integer(8)", Rule(), encode(AT, parse("integer(8)"))),
        ("decimal", Rule(), str(AT).encode()),
    ],
)
def test_a_writetime_is_a_moment_and_beside_a_number_its_microseconds(cassandra, notes, type_, rule, told_at):
    side = opened(cassandra, notes, KEY, compared("writetime(note)", type_, rule=rule))
    rows = everything(side)
    assert [row[1] is None for row in rows] == [False, True, True, False]
    assert rows[0] == (number(1), told_at)
    assert side.fetch([key(1), key(2)]) == {row[:1]: row for row in rows[:2]}


def test_a_writetime_is_compared_beside_the_value_itself_and_shown_by_its_name(cassandra, notes):
    side = opened(cassandra, notes, KEY, compared("note", "text"), compared("writetime(note)", "timestamp(us)"))
    [row] = side.fetch([key(1)]).values()
    assert row == (number(1), b"a", at(AT))
    assert side.shown(row) == {"id": 1, "note": "a", "writetime(note)": "2023-11-14T22:13:20.123456Z"}


def test_a_frozen_collection_has_one_writetime_and_another_the_latest_of_its_elements(cassandra, notes):
    columns = (compared("writetime(fixed)", "timestamp(us)"), compared("maxwritetime(tags)", "timestamp(us)"))
    side = opened(cassandra, notes, KEY, *columns)
    assert side.fetch([key(1), key(2)]) == {
        key(1): (number(1), at(AT), at(AT + 7)),
        key(2): (number(2), None, None),
    }


def test_a_static_column_tells_of_its_partition(cassandra):
    table = cassandra.table(LINES)
    cassandra.execute(f"INSERT INTO {table} (order_id, total) VALUES (1, 5) USING TIMESTAMP {AT}")
    cassandra.execute(f"INSERT INTO {table} (order_id, line, amount) VALUES (1, 1, 2) USING TIMESTAMP {AT + 1}")
    total = compared("writetime(total)", "timestamp(us)")
    partition = compared("order_id", "integer(4)", key=True)
    assert everything(opened(cassandra, table, partition, total)) == [(number(1), at(AT))]
    line = compared("line", "integer(4)", key=True)
    rows = opened(cassandra, table, partition, line, compared("writetime(amount)", "timestamp(us)"), total)
    assert everything(rows) == [(number(1), number(1), at(AT + 1), at(AT))]


def test_what_was_written_since_and_what_ends_soon_is_told_of_the_column_behind_it(cassandra, notes):
    columns = (compared("writetime(note)", "timestamp(us)"), compared("expires(note)", "timestamp(us)"))
    cassandra.execute(f"INSERT INTO {notes} (id, note) VALUES (5, 'now')")
    side = opened(cassandra, notes, KEY, *columns)
    keys = [key(n) for n in range(1, 6)]
    assert side.written_since(keys, datetime.now(UTC) - HOUR) == {key(5)}
    assert (side.expiring(keys, HOUR / 2), side.expiring(keys, HOUR)) == (set(), {key(4)})
    recent = [row[0] for page in side.read(WHOLE, since=datetime.now(UTC) - HOUR) for row in page]
    assert sorted(recent) == [number(2), number(3), number(5)]  # of two nothing says when they were written


def test_the_second_at_which_a_value_ends_is_the_same_in_every_read(cassandra, notes, monkeypatch):
    def ends(moment: int) -> tuple[bytes | None, ...]:
        monkeypatch.setattr(asking.Asking, "now", lambda _: moment)
        side = opened(cassandra, notes, KEY, compared("expires(note)", "timestamp(us)"))
        rows = everything(side)
        assert side.fetch([row[:1] for row in rows]) == {row[:1]: row for row in rows}
        return tuple(row[1] for row in rows)

    now = asking.Asking(place(cassandra, notes)).now()
    found = ends(now)
    assert found[:3] == (None, None, None)
    assert all(ends(now + later) == found for later in (1, 30, 1800))
    assert ends(now + 3601) == (None,) * 3  # by then the row has ended
    assert found[3] is not None
    end = int.from_bytes(found[3], "big") // 1_000_000
    assert now + 3590 <= end <= now + 3600


def test_pages_are_all_read_as_of_one_second(cassandra, monkeypatch):
    monkeypatch.setattr(asking, "FIRST", 10)
    monkeypatch.setattr(asking, "PAGE_BYTES", 100)
    table = cassandra.table(NOTES)
    for n in range(35):
        cassandra.execute(f"INSERT INTO {table} (id, note) VALUES ({n}, 'x') USING TTL 5000")
    side = opened(cassandra, table, KEY, compared("expires(note)", "timestamp(us)"))
    pages = list(side.read(WHOLE))
    assert len(pages) > 1
    assert sum(map(len, pages)) == 35
    assert {row[:1]: row for page in pages for row in page} == side.fetch([row[:1] for page in pages for row in page])


def test_a_column_that_is_called_so_is_that_column(cassandra):
    table = cassandra.table('id int PRIMARY KEY, note text, "writetime(note)" int')
    cassandra.execute(f"INSERT INTO {table} (id, note, \"writetime(note)\") VALUES (1, 'a', 7)")
    side = opened(cassandra, table, KEY, compared("writetime(note)", "integer(4)"))
    assert everything(side) == [(number(1), number(7))]


def test_names_that_need_quotes_are_quoted(cassandra):
    table = cassandra.table('id int PRIMARY KEY, "Wei""rd (1)" text')
    cassandra.execute(f'INSERT INTO {table} (id, "Wei""rd (1)") VALUES (1, \'a\') USING TIMESTAMP {AT}')
    side = opened(cassandra, table, KEY, compared('writetime(Wei"rd (1))', "timestamp(us)"))
    assert everything(side) == [(number(1), at(AT))]


def test_a_column_that_has_become_a_collection_of_cells_or_is_gone_is_another_schema(cassandra):
    table = cassandra.table("id int PRIMARY KEY, tags set<text>")
    for name, told_ in (("writetime(tags)", "Write maxwritetime"), ("writetime(note)", r"no column writetime\(note\)")):
        with pytest.raises(SchemaChanged, match=told_):
            everything(opened(cassandra, table, KEY, compared(name, "timestamp(us)")))


COLUMNS = (
    Column(name="id", type="int", partition=0),
    Column(name="line", type="int", clustering=0),
    Column(name="note", type="text"),
    Column(name="hits", type="counter", counter=True),
    Column(name="tags", type="set<text>"),
    Column(name="home", type="address<street text>"),
    Column(name="fixed", type="frozen<set<text>>"),
)


@pytest.mark.parametrize(
    ("name", "newer", "mend"),
    [
        ("writetime(id)", True, "id is part of the primary key, .* Name another column"),
        ("expires(line)", True, "line is part of the primary key"),
        ("writetime(hits)", True, "hits is a counter, .* Leave it out"),
        ("writetime(tags)", True, r"each of its elements. Write maxwritetime\(tags\)"),
        ("writetime(home)", False, "each of its elements. Leave it out of the mapping"),
        ("expires(home)", True, "each of its elements. Leave it out of the mapping"),
        ("maxwritetime(tags)", False, "only Cassandra 5"),
        ("ttl(note)", True, r"shrink from read to read. Compare expires\(note\)"),
    ],
)
def test_what_is_not_told_is_refused_with_what_is(name, newer, mend):
    with pytest.raises(UncomparableType, match=mend) as refused:
        told.column(COLUMNS, name, newer=newer)
    assert name in refused.value.message


@pytest.mark.parametrize("name", ["writetime(note)", "writetime(fixed)", "expires(fixed)"])
def test_cassandra_4_tells_of_columns_of_one_cell(name):
    found = told.column(COLUMNS, name, newer=False)
    assert found is not None
    assert (found.name, found.nullable) == (name, True)


@pytest.mark.parametrize("name", ["note", "writetime()", "writetime(none)", "WRITETIME(note)", "max(note)"])
def test_other_names_mean_nothing_told(name):
    assert told.column(COLUMNS, name, newer=True) is None


def test_a_stored_mapping_keeps_it(cassandra, notes):
    made = definition(place(cassandra, notes), (KEY, compared("writetime(note)", "timestamp(us)")))
    assert Definition.from_json(made.to_json()) == made
