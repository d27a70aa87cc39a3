"""Both servers hash their rows: nothing that differs is taken for equal, and what is equal is not read."""

import pytest

from project.postgres import sql
from reconciliation.sources.opening import open_both
from reconciliation.sources.postgres import digest
from reconciliation.sources.postgres.digest import HashedPair
from reconciliation.sources.protocol import Bounds
from tests.reconciliation.postgres.definitions import define

TYPES = {
    "id": "integer(8)", "name": "text", "amount": "decimal", "f": "float(8)", "at": "timestamp(us)", "u": "uuid",
    "span": "duration", "tags": "list<text>", "doc": "json",
}  # fmt: skip
TABLE = """
CREATE TABLE one.t AS SELECT n::bigint AS id, 'n' || n AS name, n * 1.10 AS amount, n::float8 / 7 AS f,
       timestamptz '2024-01-01' + n * interval '1 s' AS at, md5(n::text)::uuid AS u, interval '1 mon' AS span,
       ARRAY['a', 'b'] AS tags, jsonb_build_object('n', n) AS doc
  FROM generate_series(1, 3000) n;
ALTER TABLE one.t ADD PRIMARY KEY (id);
CREATE TABLE two.t (LIKE one.t INCLUDING ALL);
INSERT INTO two.t SELECT * FROM one.t ORDER BY random();
ANALYZE one.t, two.t
"""


@pytest.fixture
def tables(run):
    run(TABLE.strip())


def verdicts(definition):
    with open_both(definition) as sides:
        return list(HashedPair.of(*sides).verdicts(Bounds()))


def test_equal_tables_are_one_equal_range(tables):
    assert verdicts(define(given=TYPES)) == [(Bounds(), 3000, 3000, True)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE two.t SET name = name || ' ' WHERE id = 256",
        "UPDATE two.t SET name = NULL WHERE id = 257",
        "UPDATE two.t SET amount = amount + 0.000000000000000001 WHERE id = 1",
        "UPDATE two.t SET f = '-0'::float8 WHERE id = 3000",
        "UPDATE two.t SET f = f * (1 + 1e-15) WHERE id = 7",
        "UPDATE two.t SET at = at + interval '1 us' WHERE id = 512",
        "UPDATE two.t SET span = interval '30 days' WHERE id = 512",
        "UPDATE two.t SET tags = ARRAY['a,b'] WHERE id = 100",
        "UPDATE two.t SET doc = '{\"n\": null}' WHERE id = 100",
        "DELETE FROM two.t WHERE id = 768",
        "INSERT INTO two.t SELECT -1, name, amount, f, at, u, span, tags, doc FROM one.t WHERE id = 1",
        "UPDATE two.t SET id = 5000 WHERE id = 2000",
    ],
)
def test_any_difference_is_found_and_little_is_read_for_it(tables, change):
    sql.execute("UPDATE one.t SET f = 0.0 WHERE id = 3000")
    sql.execute("UPDATE two.t SET f = 0.0 WHERE id = 3000")
    assert all(equal for *_, equal in verdicts(define(given=TYPES)))
    sql.execute(change)
    found = verdicts(define(given=TYPES))
    unequal = [one for one in found if not one[3]]
    assert unequal
    assert sum(rows for _, rows, _, equal in found if not equal) <= 2 * digest.BUCKET_ROWS
    edges = [bounds for bounds, *_ in found]
    assert (edges[0].lower, edges[-1].upper) == (None, None)
    assert [one.upper for one in edges[:-1]] == [one.lower for one in edges[1:]]
    assert sum(rows for _, rows, *_ in found) == 3000


def test_counts_are_those_of_the_ranges(tables):
    sql.execute("DELETE FROM two.t WHERE id % 500 = 0")
    definition = define(given=TYPES)
    with open_both(definition) as (source, target):
        pair = HashedPair.of(source, target)
        for part in source.split(1000):
            for bounds, source_rows, target_rows, equal in pair.verdicts(part):
                assert (source.count(bounds), target.count(bounds)) == (source_rows, target_rows)
                assert equal == (source_rows == target_rows)


def test_rows_that_are_there_twice_do_not_cancel_each_other(run):
    run("CREATE TABLE one.t (id bigint, name text);\nCREATE TABLE two.t (id bigint, name text)")
    run("INSERT INTO one.t VALUES (1, 'a'), (2, 'b');\nINSERT INTO two.t VALUES (1, 'a'), (1, 'a'), (1, 'a'), (2, 'b')")
    assert verdicts(define(given={"id": "integer(8)", "name": "text"})) == [(Bounds(), 2, 4, False)]


def test_a_key_of_several_columns_is_compared_along_its_index(run):
    run("CREATE TABLE one.t AS SELECT n % 3 AS a, 'k' || n AS b, n AS v FROM generate_series(1, 3000) n")
    run("ALTER TABLE one.t ADD PRIMARY KEY (a, b);\nCREATE TABLE two.t (LIKE one.t INCLUDING ALL)")
    run("INSERT INTO two.t SELECT * FROM one.t;\nUPDATE two.t SET v = -1 WHERE b = 'k2000'")
    definition = define(keys=2, given={"a": "integer(4)", "b": "text", "v": "integer(4)"})
    found = verdicts(definition)
    (unequal,) = [one for one in found if not one[3]]
    assert unequal[1] <= digest.BUCKET_ROWS
    assert sum(one[1] for one in found) == sum(one[2] for one in found) == 3000


def test_a_key_in_random_order_is_compared_by_one_scan(run):
    run("CREATE TABLE one.t AS SELECT md5(n::text)::uuid AS id, n AS v FROM generate_series(1, 3000) n")
    run("ALTER TABLE one.t ADD PRIMARY KEY (id);\nCREATE TABLE two.t (LIKE one.t INCLUDING ALL)")
    run("INSERT INTO two.t SELECT * FROM one.t;\nANALYZE one.t, two.t")
    definition = define(given={"id": "uuid", "v": "integer(4)"})
    assert verdicts(definition) == [(Bounds(), 3000, 3000, True)]
    edge = sql.value("SELECT id::text FROM one.t ORDER BY id OFFSET 255 LIMIT 1")
    sql.execute("UPDATE two.t SET v = -1 WHERE id = %s::uuid", [edge])
    assert verdicts(definition)[0] == (Bounds(None, [edge]), 256, 256, False)


def test_columns_of_unequal_types_are_compared_by_their_canonical_bytes(run):
    run("CREATE TABLE one.t (id int PRIMARY KEY, name varchar(9), n bigint, at timestamp, c char(4))")
    run("CREATE TABLE two.t (id bigint PRIMARY KEY, name text, n numeric, at timestamptz, c text)")
    run("INSERT INTO one.t VALUES (1, 'a', 5, '2024-01-01', 'ab')")
    run("INSERT INTO two.t VALUES (1, 'a', 5.0, '2024-01-01 00:00+00', 'ab')")
    given = {"id": "integer(8)", "name": "text", "n": "decimal", "at": "timestamp(us)", "c": "text"}
    assert verdicts(define(given=given)) == [(Bounds(), 1, 1, True)]
    sql.execute("UPDATE two.t SET n = 5.0001")
    assert verdicts(define(given=given)) == [(Bounds(), 1, 1, False)]


def test_a_collation_that_ignores_case_hides_nothing(run, by_language):
    if by_language == "C":  # without ICU there is none that does
        run('CREATE COLLATION one.loose FROM "C"')
    else:
        run("CREATE COLLATION one.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    for schema, name in (("one", "a"), ("two", "A")):
        run(f"CREATE TABLE {schema}.t (id int PRIMARY KEY, name text COLLATE one.loose)")
        run(f"INSERT INTO {schema}.t VALUES (1, '{name}')")
    assert verdicts(define(given={"id": "integer(4)", "name": "text"})) == [(Bounds(), 1, 1, False)]


def test_an_ignored_column_is_not_hashed(tables):
    sql.execute("UPDATE two.t SET name = 'x'")
    assert verdicts(define(given=TYPES, rules={"name": {"ignore": True}})) == [(Bounds(), 3000, 3000, True)]


def test_what_only_python_can_compare_is_not_hashed(run):
    run("CREATE TABLE one.t (id int PRIMARY KEY, v text[]);\nCREATE TABLE two.t (id int PRIMARY KEY, v jsonb)")
    definition = define(given={"id": "integer(4)", "v": "list<text>"})
    with open_both(definition) as sides:
        assert HashedPair.of(*sides) is None


EXCHANGED = """
UPDATE two.t SET {changes} FROM one.t o
 WHERE o.id = CASE WHEN two.t.id % 2 = 1 THEN two.t.id + 1 ELSE two.t.id - 1 END AND {rows}
"""


@pytest.mark.parametrize("rows", ["two.t.id IN (101, 102)", "two.t.id <= 200"])
@pytest.mark.parametrize(
    "names", [["name"], ["amount"], ["u"], ["at"], ["f"], ["doc"], ["name", "amount", "at", "doc"]]
)
def test_values_that_rows_have_exchanged_do_not_cancel_each_other(tables, names, rows):
    sql.execute(EXCHANGED.format(changes=", ".join(f"{name} = o.{name}" for name in names), rows=rows).strip())
    assert not all(equal for *_, equal in verdicts(define(given=TYPES)))


def test_a_null_that_rows_have_exchanged_does_not_cancel_itself(tables):
    for schema, empty in (("one", 101), ("two", 102)):
        sql.execute(
            f"UPDATE {schema}.t SET name = CASE WHEN id = %s THEN NULL ELSE 'x' END WHERE id IN (101, 102)", [empty]
        )
    assert not all(equal for *_, equal in verdicts(define(given=TYPES)))


@pytest.mark.parametrize("pairs", [1, 100])
def test_values_that_rows_of_a_range_without_cuts_have_exchanged_do_not_cancel_each_other(run, pairs):
    run("CREATE TABLE one.t AS SELECT n AS id, n AS v FROM generate_series(1, 200) n")
    run("CREATE TABLE two.t AS SELECT n AS id, n AS v FROM generate_series(1, 200) n")
    definition = define(given={"id": "integer(4)", "v": "integer(4)"})
    assert verdicts(definition) == [(Bounds(), 200, 200, True)]
    sql.execute("UPDATE two.t SET v = CASE WHEN id %% 2 = 1 THEN id + 1 ELSE id - 1 END WHERE id <= %s", [2 * pairs])
    assert verdicts(definition) == [(Bounds(), 200, 200, False)]


@pytest.mark.parametrize(
    ("type_", "server", "one", "other"),
    [
        ("integer(8)", "bigint", "-1", "4294967295"),
        ("integer(8)", "bigint", "1", "4294967296"),
        ("decimal", "numeric", "12.50", "-12.50"),
        ("decimal", "numeric", "NaN", "Infinity"),
        ("decimal", "numeric", "-Infinity", "Infinity"),
        ("time(us)", "time", "00:00:00.000001", "01:11:34.967296"),
        ("timestamp(us)", "timestamp", "2000-01-01 00:00:00.000001", "2000-01-01 01:11:34.967296"),
        ("timestamp(us)", "timestamptz", "2000-01-01 00:00:00.000001Z", "2000-01-01 01:11:34.967296Z"),
    ],
)
def test_values_that_the_hash_of_their_type_takes_for_one_are_told_apart(run, type_, server, one, other):
    for schema, value in (("one", one), ("two", other)):
        run(f"CREATE TABLE {schema}.t (id int PRIMARY KEY, v {server})")
        run(f"INSERT INTO {schema}.t VALUES (1, '{value}')")
    definition = define(given={"id": "integer(4)", "v": type_})
    assert verdicts(definition) == [(Bounds(), 1, 1, False)]
    sql.execute("UPDATE two.t SET v = one.t.v FROM one.t")
    assert verdicts(definition) == [(Bounds(), 1, 1, True)]


def test_an_oid_is_told_from_the_integer_that_has_its_bits(run):
    run("CREATE TABLE one.t AS SELECT 1 AS id, -1 AS v;\nCREATE TABLE two.t AS SELECT 1 AS id, 4294967295::oid AS v")
    assert verdicts(define(given={"id": "integer(4)", "v": "integer(8)"})) == [(Bounds(), 1, 1, False)]


def test_zeros_at_the_end_of_a_decimal_make_no_difference(run):
    run("CREATE TABLE one.t AS SELECT 1 AS id, 1.5 AS v;\nCREATE TABLE two.t AS SELECT 1 AS id, 1.500 AS v")
    assert verdicts(define(given={"id": "integer(4)", "v": "decimal"})) == [(Bounds(), 1, 1, True)]
