"""Reading a table of PostgreSQL: ranges, rows, keys."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from project.api.errors import InvalidRequest
from project.postgres import sql
from reconciliation.canonical.encode import encode
from reconciliation.canonical.notation import parse
from reconciliation.definition import Definition
from reconciliation.sources.opening import open_source, open_target
from reconciliation.sources.postgres import ranges
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import Bounds, SchemaChanged
from tests.reconciliation.postgres.definitions import define

NUMBERS = {"id": "integer(8)", "name": "text"}
MOMENT = datetime(2024, 1, 1, 12, tzinfo=UTC)


def rows_of(side, several):
    return [row for bounds in several for page in side.read(bounds) for row in page]


def key(value, type_="integer(8)"):
    return (encode(value, parse(type_)),)


@pytest.fixture
def thousand(run):
    run("CREATE TABLE one.t AS SELECT n::bigint AS id, 'name ' || n AS name FROM generate_series(-499, 500) n")
    run("ALTER TABLE one.t ADD PRIMARY KEY (id);\nANALYZE one.t")


def test_ranges_together_are_everything(thousand):
    with open_source(define(given=NUMBERS)) as side:
        several = side.split(300)
        assert [side.count(bounds) for bounds in several] == [300, 300, 300, 100]
        assert (several[0].lower, several[-1].upper) == (None, None)
        assert [one.upper for one in several[:-1]] == [one.lower for one in several[1:]]
        found = rows_of(side, several)
    assert len(found) == 1000
    assert {row[0] for row in found} == {key(n)[0] for n in range(-499, 501)}


def test_ranges_of_a_sample_together_are_everything(thousand, monkeypatch):
    monkeypatch.setattr(ranges, "EXACT_ROWS", 10)
    with open_source(define(given=NUMBERS)) as side:
        several = side.split(100)
        assert len(several) > 3
        assert sum(side.count(bounds) for bounds in several) == 1000


@pytest.mark.parametrize("rows", [1, 999, 1000, 5000])
def test_any_size_of_ranges_is_possible(thousand, rows):
    with open_source(define(given=NUMBERS)) as side:
        assert sum(side.count(bounds) for bounds in side.split(rows)) == 1000


def test_an_empty_table_is_one_range(run):
    run("CREATE TABLE one.t (id bigint PRIMARY KEY, name text)")
    with open_source(define(given=NUMBERS)) as side:
        assert side.split(10) == [Bounds()]
        assert rows_of(side, [Bounds()]) == []


def test_a_range_is_halved_until_one_key_is_left(thousand):
    with open_source(define(given=NUMBERS)) as side:
        halves = side.halve(Bounds(["0"], ["100"]))
        assert [side.count(half) for half in halves] == [50, 50]
        assert (halves[0].lower, halves[1].upper) == (["0"], ["100"])
        assert side.halve(Bounds(["0"], ["1"])) == [Bounds(["0"], ["1"])]


def test_a_key_of_several_columns_is_cut_as_a_whole(run):
    run("CREATE TABLE one.t AS SELECT n % 3 AS a, 'k' || n AS \"B b\", n AS v FROM generate_series(1, 100) n")
    run('ALTER TABLE one.t ADD PRIMARY KEY (a, "B b")')
    with open_source(define(keys=2, given={"a": "integer(4)", "B b": "text", "v": "integer(4)"})) as side:
        several = side.split(7)
        assert len(several) == 15
        assert len(several[0].upper) == 2
        found = rows_of(side, several)
        assert len(found) == len(set(found)) == 100
        assert side.fetch([row[:2] for row in found[:9]]) == {row[:2]: row for row in found[:9]}


@pytest.mark.parametrize("sorts", ["by bytes", "by language"])
def test_texts_are_cut_in_the_order_of_their_bytes_whatever_they_sort_by(run, sorts, by_language):
    collation = "C" if sorts == "by bytes" else by_language
    run(f'CREATE TABLE one.t (id text COLLATE "{collation}" PRIMARY KEY, name text)')
    run("INSERT INTO one.t SELECT unnest(ARRAY['a','B','b','A','\u00e9','e','z','Z','','\U0001f600'])")
    with open_source(define(given={"id": "text", "name": "text"})) as side:
        several = side.split(3)
        assert [bounds.upper for bounds in several] == [["B"], ["b"], ["\u00e9"], None]
        assert len({row[0] for row in rows_of(side, several)}) == 10


def test_both_sides_agree_on_what_is_in_a_range_whatever_they_sort_by(run, by_language):
    run(
        'CREATE TABLE one.t (id text COLLATE "C" PRIMARY KEY);\n'
        f'CREATE TABLE two.t (id text COLLATE "{by_language}" PRIMARY KEY)'
    )
    run("INSERT INTO one.t SELECT md5(n::text) || upper(md5(n::text)) FROM generate_series(1, 300) n")
    run("INSERT INTO two.t SELECT * FROM one.t")
    definition = define(given={"id": "text"})
    with open_source(definition) as source, open_target(definition, source=source) as target:
        for bounds in source.split(40):
            assert set(rows_of(source, [bounds])) == set(rows_of(target, [bounds]))


def test_bounds_of_one_side_serve_a_narrower_or_wider_type_of_the_other(run):
    run("CREATE TABLE one.t (id bigint PRIMARY KEY);\nCREATE TABLE two.t (id int PRIMARY KEY)")
    run("INSERT INTO one.t VALUES (1), (2), (5000000000), (6000000000);\nINSERT INTO two.t VALUES (1), (2)")
    definition = define(given={"id": "integer(8)"})
    with open_source(definition) as source, open_target(definition, source=source) as target:
        several = source.split(1)
        assert sum(target.count(bounds) for bounds in several) == 2
        assert len(target.fetch([key(1), key(5_000_000_000)])) == 1


def test_only_what_was_written_since_a_moment_is_read(run):
    run("CREATE TABLE one.t (id bigint PRIMARY KEY, at timestamptz)")
    run("INSERT INTO one.t VALUES (1, '2024-01-01 11:59:59.999999+00'), (2, '2024-01-01 12:00+00'), (3, NULL)")
    definition = define(given={"id": "integer(8)", "at": "timestamp(us)"}, timestamp_column="at")
    with open_source(definition) as side:
        assert [row[0] for page in side.read(Bounds(), since=MOMENT) for row in page] == list(key(2))
        assert side.written_since([key(1), key(2), key(3), key(4)], MOMENT) == {key(2)}


def test_without_a_timestamp_column_there_is_nothing_to_tell_since_when(thousand):
    with open_source(define(given=NUMBERS)) as side:
        assert side.written_since([key(1)], MOMENT) == set()
        with pytest.raises(InvalidRequest, match="timestamp_column"):
            list(side.read(Bounds(), since=MOMENT))


def test_rows_are_found_by_their_keys_in_one_round_trip(thousand):
    with open_source(define(given=NUMBERS)) as side:
        found = side.fetch([key(1), key(-7), key(10**15)])
        assert found == {key(1): (*key(1), b"name 1"), key(-7): (*key(-7), b"name -7")}
        assert side.fetch([]) == {}


@pytest.mark.parametrize(
    ("type_", "server", "value", "impossible"),
    [
        ("text", "text", "%s '\"{,}\\", "nul \0 inside"),
        ("decimal", "numeric", "1.10", "1e200000"),
        ("timestamp(us)", "timestamptz", "2024-01-01T00:00:00.000001Z", "294277-01-01T00:00:00Z"),
        ("date", "date", "0044-03-15 BC", 2**31 - 1),
        ("bytes", "bytea", "\\x00ff", None),
        ("uuid", "uuid", "00000000-0000-4000-8000-0000000000ff", None),
        ("boolean", "boolean", True, None),
        ("inet", "inet", "10.0.0.1", None),
        ("time(us)", "time", "23:59:59.999999", None),
        ("float(8)", "float8", 1e-20, None),
        ("text", "varchar(3)", "abc", "abcd"),
        ("text", "char(5)", "ab", "abc"),
        ("integer(8)", "oid", 7, 8),
        ("decimal", "bigint", 7, "7.5"),
    ],
)
def test_any_type_that_can_be_a_key_is_found_again(run, type_, server, value, impossible):
    run(f"CREATE TABLE one.t (id {server} PRIMARY KEY)")
    sql.execute(f"INSERT INTO one.t VALUES (%s::text::{server})", [str(value)])
    with open_source(define(given={"id": type_})) as side:
        wanted = [key(one, type_) for one in (value, impossible) if one is not None]
        assert set(side.fetch(wanted)) == {key(value, type_)}
        assert side.count(Bounds(None, [str(value)])) == 1
        assert side.count(Bounds([str(value)], None)) == 0


def test_a_key_that_has_no_order_is_refused(run):
    run("CREATE TABLE one.t (id jsonb PRIMARY KEY)")
    with pytest.raises(InvalidRequest, match="can't be a key"), open_source(define(given={"id": "json"})):
        pass


def test_a_rule_on_a_key_is_refused(thousand):
    definition = define(given={"name": "text"}, rules={"name": {"trim": True}})
    with pytest.raises(InvalidRequest, match="compared exactly"), open_source(definition):
        pass


@contextmanager
def opened(definition: Definition) -> Iterator[PostgresSide]:
    with open_source(definition) as side:
        assert isinstance(side, PostgresSide)
        yield side


def test_rows_without_a_key_are_refused_before_they_are_overlooked(run):
    run("CREATE TABLE one.t (id bigint UNIQUE, name text);\nINSERT INTO one.t VALUES (1, 'a'), (NULL, 'b')")
    with opened(define(given=NUMBERS)) as side, pytest.raises(SchemaChanged, match="id is NULL"):
        side.require_key()


def test_a_key_that_no_index_keeps_unique_is_refused(run):
    run("CREATE TABLE one.t (id bigint, name text);\nCREATE UNIQUE INDEX ON one.t (name);\nCREATE INDEX ON one.t (id)")
    mend = r'CREATE UNIQUE INDEX CONCURRENTLY ON "one"."t" \("id"\)'
    with opened(define(given=NUMBERS)) as side, pytest.raises(SchemaChanged, match=mend):
        side.require_key()


def test_a_key_may_have_its_columns_in_another_order_than_the_index(run):
    run("CREATE TABLE one.t (id bigint, name text, PRIMARY KEY (name, id))")
    with opened(define(given=NUMBERS, keys=2)) as side:
        side.require_key()


def test_random_keys_are_of_the_table_and_each_once(thousand):
    with open_source(define(given=NUMBERS)) as side:
        drawn = side.sample(100)
        assert len(set(drawn)) == len(drawn) == 100
        assert len(side.fetch(drawn)) == 100
        assert len(side.sample(5000)) == 1000


def test_statistics_of_a_table_that_was_larger_leave_no_sample_short(thousand):
    with opened(define(given=NUMBERS)) as side:
        side.table = replace(side.table, rows=4_000_000_000)
        assert len(side.sample(100)) == 100


def test_a_share_of_a_large_table_is_drawn_from(thousand, monkeypatch):
    monkeypatch.setattr("reconciliation.sources.postgres.side.SAMPLED_ROWS", 10)
    with open_source(define(given=NUMBERS)) as side:
        drawn = side.sample(100)
        assert len(set(drawn)) == len(drawn) == 100


def test_a_target_of_tokens_is_cut_by_them(run):
    run("CREATE TABLE two.t (id bigint PRIMARY KEY, name text, token bigint)")
    run("INSERT INTO two.t VALUES (1, 'a', -5), (2, 'b', 0), (3, 'c', 7), (4, 'without', NULL)")
    definition = define(given=NUMBERS, token_column="token")
    with closing(PostgresSide(definition, "target", by_token=True)) as side:
        counts = [side.count(bounds) for bounds in (Bounds(None, -5), Bounds(-5, 0), Bounds(0, None), Bounds())]
        assert counts == [2, 1, 1, 4]
        assert sum(side.count(bounds) for bounds in side.split(1)) == 4
        assert side.split(1)[0].upper == -5


PARTITIONED = """
CREATE TABLE one.t (id bigint, name text) PARTITION BY HASH (id);
CREATE TABLE one.t0 PARTITION OF one.t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE one.t1 PARTITION OF one.t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO one.t SELECT * FROM two.base;
ANALYZE one.t
"""


@pytest.mark.parametrize(
    "made",
    [
        pytest.param("CREATE VIEW one.t AS SELECT * FROM two.base", id="view"),
        pytest.param("CREATE MATERIALIZED VIEW one.t AS SELECT * FROM two.base", id="materialized view"),
        pytest.param(PARTITIONED.strip(), id="partitioned"),
    ],
)
def test_views_and_partitioned_tables_are_read_like_tables(run, made):
    run("CREATE TABLE two.base AS SELECT n::bigint AS id, 'n' || n AS name FROM generate_series(1, 50) n")
    run(made)
    with open_source(define(given=NUMBERS)) as side:
        assert len(rows_of(side, side.split(20))) == 50
        assert len(side.sample(10)) == 10


def test_a_row_is_shown_by_the_names_of_its_side(run):
    run('CREATE TABLE one.t (id bigint PRIMARY KEY, "the photo" bytea, n numeric, at timestamptz, d jsonb)')
    run("INSERT INTO one.t VALUES (1, '\\x00ff', 1.10, '2024-01-01', '{\"a\": 0.123456789012345678}')")
    types = {"id": "integer(8)", "the photo": "bytes", "n": "decimal", "at": "timestamp(us)", "d": "json"}
    with open_source(define(given=types)) as side:
        (row,) = rows_of(side, [Bounds()])
        shown = side.shown(row)
    assert shown["the photo"]["bytes"] == 2
    assert len(shown["the photo"]["sha256"]) == 64
    assert shown | {"the photo": 0} == {
        "id": 1,
        "the photo": 0,
        "n": "1.1",
        "at": "2024-01-01T00:00:00Z",
        "d": {"a": "0.123456789012345678"},
    }


def test_a_page_that_is_not_read_to_the_end_leaves_the_side_usable(thousand):
    with open_source(define(given=NUMBERS)) as side:
        next(side.read(Bounds()))
        pages = side.read(Bounds())
        next(pages)
        assert len(side.fetch([key(1)])) == 1
        assert isinstance(pages, Generator)
        pages.close()
        assert side.count(Bounds()) == 1000
