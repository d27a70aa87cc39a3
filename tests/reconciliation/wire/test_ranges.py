"""A range read as Cassandra sends it gives what reading values gives, without reading any."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from project.postgres import sql
from reconciliation.comparing import aligned
from reconciliation.comparing.aligned import merge_aligned
from reconciliation.comparing.findings import KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.merging import merge
from reconciliation.comparing.pace import Pace
from reconciliation.definition import Definition
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import Bounds, ReadTimeout
from reconciliation.sources.wire.pair import WirePair
from tests.cassandra import Cassandra
from tests.reconciliation.wire.copies import mapped

WHOLE = Bounds()
PARTITIONS, ROWS = 20, 200
SHAPE = "shop text, at timestamp, number int, amount decimal, note text, PRIMARY KEY (shop, at, number)"
DOWN = "CLUSTERING ORDER BY (at DESC, number ASC)"
MADE = datetime(2025, 3, 1, tzinfo=UTC)


def pace() -> Pace:
    return Pace(None, lambda: None)


@pytest.fixture
def payments(cassandra: Cassandra, replica: None) -> tuple[str, Definition]:
    """Equal rows, ten to a partition, the newest of its four days first."""
    table = cassandra.table(SHAPE, options=DOWN, fresh=True)
    sql.execute(
        "CREATE TABLE replica.payment (shop text, at timestamptz, number int, amount numeric(12,2), note text,"
        " PRIMARY KEY (shop, at, number))"
    )
    for n in range(ROWS):
        row = (f"shop {n % PARTITIONS}", MADE + timedelta(days=n // 50), n, Decimal(n) / 100, f"note {n}")
        cassandra.insert(table, **dict(zip(("shop", "at", "number", "amount", "note"), row, strict=True)))
        sql.execute("INSERT INTO replica.payment VALUES (%s, %s, %s, %s, %s)", row)
    return table, mapped(cassandra, table, "payment")


@pytest.fixture
def merged(monkeypatch: pytest.MonkeyPatch) -> list[Bounds]:
    """The ranges that had to be read as values."""
    found: list[Bounds] = []

    def noted(*given: Any) -> Any:
        found.append(WHOLE)
        return merge(*given)

    monkeypatch.setattr(aligned, "merge", noted)
    return found


def both_ways(definition: Definition) -> Any:
    """What is found, which is the same by values."""
    with open_both(definition) as (source, target):
        found = merge_aligned(WHOLE, source, target, Judge(definition, {}), pace())
        assert found == merge(source.read(WHOLE), target.read(WHOLE), Judge(definition, {}))
    return found


def test_equal_rows_are_found_equal_though_partitions_go_downwards(payments, merged):
    found = both_ways(payments[1])
    assert (found.source_rows, found.target_rows, found.compared, found.keys) == (ROWS, ROWS, ROWS, [])
    assert merged == []


CHANGES: dict[str, Callable[[Cassandra, str], Any]] = {
    "missing in the target": lambda *_: sql.execute("DELETE FROM replica.payment WHERE number % 91 = 5"),
    "a partition missing in the target": lambda *_: sql.execute("DELETE FROM replica.payment WHERE shop = 'shop 7'"),
    "missing in the source": lambda cassandra, table: cassandra.execute(
        f"DELETE FROM {table} WHERE shop = %s AND at = %s AND number = 12", ("shop 12", MADE)
    ),
    "a partition missing in the source": lambda cassandra, table: cassandra.execute(
        f"DELETE FROM {table} WHERE shop = 'shop 3'"
    ),
    "another value": lambda *_: sql.execute("UPDATE replica.payment SET amount = amount + 0.01 WHERE number % 50 = 1"),
    "null": lambda *_: sql.execute("UPDATE replica.payment SET note = NULL WHERE number % 50 = 1"),
    "empty": lambda *_: sql.execute("UPDATE replica.payment SET note = '' WHERE number % 50 = 1"),
    "part of a millisecond in the key": lambda *_: sql.execute(
        "UPDATE replica.payment SET at = at + interval '1 us' WHERE number = 77"
    ),
    "no token": lambda *_: sql.execute("UPDATE replica.payment SET cassandra_token = NULL WHERE number < 9"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_kind_of_difference_is_found(change, payments, cassandra):
    table, definition = payments
    change(cassandra, table)
    both_ways(definition)


def test_what_is_equal_in_another_form_is_no_difference(payments, cassandra, merged):
    table, definition = payments
    cassandra.execute(f"UPDATE {table} SET amount = 0.1200 WHERE shop = 'shop 12' AND at = %s AND number = 12", (MADE,))
    assert both_ways(definition).keys == []
    assert merged == []


def test_sides_that_have_little_in_common_are_read_as_values(payments, merged, monkeypatch):
    monkeypatch.setattr(aligned, "SUSPECTS", 10)
    sql.execute("UPDATE replica.payment SET note = note || '.'")
    found = both_ways(payments[1])
    assert len(found.keys) == ROWS
    assert merged == [WHOLE]


def test_two_rows_of_one_key_are_told(payments):
    sql.execute("ALTER TABLE replica.payment DROP CONSTRAINT payment_pkey")
    sql.execute("INSERT INTO replica.payment SELECT * FROM replica.payment WHERE number = 7")
    with pytest.raises(KeysRepeat, match="target"):
        both_ways(payments[1])


def test_a_reader_that_ends_early_leaves_the_connection_as_it_was(payments):
    with open_both(payments[1]) as (source, target):
        pair = WirePair.of(source, target)
        assert pair is not None
        rows = pair.target_rows(WHOLE)
        next(rows)
        rows.close()
        assert target.count(WHOLE) == ROWS


def read_often(pair: WirePair) -> None:
    for _ in range(50):
        list(pair.target_rows(WHOLE))


def test_a_target_that_takes_too_long_says_so(payments, replica):
    with open_both(payments[1]) as (source, target):
        pair = WirePair.of(source, target)
        assert pair is not None
        target.connection.execute("SET statement_timeout = 1")  # type: ignore[attr-defined]
        with pytest.raises(ReadTimeout, match="took too long"):
            read_often(pair)
        target.connection.execute("RESET statement_timeout")  # type: ignore[attr-defined]
