"""Of what two servers hash differently only the rows that differ are read, and all of them are found."""

import pytest

from project.postgres import sql
from reconciliation.comparing.findings import Findings, KeysRepeat, TooManyRows
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.merging import merge
from reconciliation.comparing.pace import Pace
from reconciliation.comparing.unequal import merge_unequal
from reconciliation.sources.opening import open_both
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import Bounds
from tests.reconciliation.postgres.definitions import define

ROWS = 20_000
TABLE = f"""
CREATE TABLE one.t AS SELECT n::bigint AS id, 'n' || n AS name, n * 1.10 AS amount FROM generate_series(1, {ROWS}) n;
ALTER TABLE one.t ADD PRIMARY KEY (id);
CREATE TABLE two.t (LIKE one.t INCLUDING ALL);
INSERT INTO two.t SELECT * FROM one.t;
ANALYZE one.t, two.t
"""
TYPES = {"id": "integer(8)", "name": "text", "amount": "decimal"}


@pytest.fixture
def tables(run):
    run(TABLE.strip())


@pytest.fixture
def reads(monkeypatch):
    """Bounds of the ranges whose rows were read whole."""
    found = []
    read = PostgresSide.read

    def noted(side: PostgresSide, bounds: Bounds):
        found.append(bounds)
        return read(side, bounds)

    monkeypatch.setattr(PostgresSide, "read", noted)
    return found


def compare(definition=None, *, by_hashes=True) -> Findings:
    definition = definition or define(given=TYPES)
    judge, pace = Judge(definition, {}), Pace(None, lambda: None)
    with open_both(definition) as (source, target):
        if by_hashes:
            return merge_unequal(Bounds(), source, target, judge, pace)
        return merge(source.read(Bounds()), target.read(Bounds()), judge)


@pytest.mark.parametrize(
    "changes",
    [
        "UPDATE two.t SET name = name || '!' WHERE id % 3001 = 0",
        "DELETE FROM two.t WHERE id % 2999 = 0",
        "DELETE FROM one.t WHERE id % 2999 = 0",
        "UPDATE two.t SET id = -id WHERE id % 4001 = 0",
        "INSERT INTO two.t SELECT 100000 + n, 'x', 1 FROM generate_series(1, 900) n",
        "UPDATE two.t SET amount = amount + 1 WHERE id BETWEEN 5000 AND 9000",
        "UPDATE two.t SET amount = 0",
        "TRUNCATE one.t",
    ],
)
def test_the_keys_and_counts_are_those_of_reading_every_row(tables, changes):
    sql.execute(changes)
    by_hashes, by_rows = compare(), compare(by_hashes=False)
    by_hashes.keys.sort()
    assert by_hashes == by_rows
    assert by_rows.keys


def test_rows_around_a_few_differences_are_not_read(tables, reads):
    sql.execute("UPDATE two.t SET name = 'other' WHERE id IN (77, 9000, 19999)")
    assert len(compare().keys) == 3
    assert reads == []


def test_neighbours_that_all_differ_are_read_at_once(tables, reads):
    sql.execute("UPDATE two.t SET name = 'other' WHERE id BETWEEN 5000 AND 9000")
    assert len(compare().keys) == 4001
    assert len(reads) == 2


def test_what_the_mapping_takes_for_equal_is_no_difference_though_its_hash_is_another(tables):
    sql.execute("UPDATE two.t SET amount = amount + 0.001 WHERE id IN (77, 9000)")
    sql.execute("UPDATE two.t SET amount = amount + 0.1 WHERE id = 10000")
    definition = define(given=TYPES, rules={"amount": {"absolute": 0.01}})
    found = compare(definition)
    assert len(found.keys) == 1
    assert (found.source_rows, found.target_rows, found.compared) == (ROWS, ROWS, ROWS)


def test_rows_of_one_key_are_refused_where_they_differ(run):
    run("CREATE TABLE one.t (id bigint, name text, amount numeric)")
    run("CREATE TABLE two.t (LIKE one.t)")
    run("INSERT INTO one.t VALUES (1, 'a', 1), (2, 'b', 2)")
    run("INSERT INTO two.t VALUES (1, 'a', 1), (2, 'b', 2), (2, 'c', 2)")
    with pytest.raises(KeysRepeat):
        compare()


def test_more_neighbours_than_a_reader_holds_are_left_to_smaller_ranges(tables, monkeypatch):
    monkeypatch.setattr("reconciliation.comparing.merging.HELD", 10_000)
    sql.execute("UPDATE two.t SET amount = 0")
    with pytest.raises(TooManyRows):
        compare()


def test_where_the_servers_no_longer_hash_alike_rows_are_read(tables, monkeypatch):
    monkeypatch.setattr("reconciliation.sources.postgres.digest.row_hashes", lambda *_: None)
    sql.execute("UPDATE two.t SET amount = 0 WHERE id = 5")
    assert len(compare().keys) == 1
