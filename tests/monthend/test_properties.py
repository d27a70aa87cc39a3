"""What holds for every month: gapless numbers, exact totals, and the same entries however the work is spread."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batches.monthend.models import MonthEndBatch
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, leaves, verify
from workers.runtime import Runtime, drain

AMOUNTS = st.one_of(st.just(Decimal(0)), st.decimals("0.01", "99999999.99", places=2))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(["PREMIUM", "PREMIUM", "CLAIM"]),
            "gap": st.one_of(st.just(1), st.integers(1, 10_000_000)),
            "funds": st.lists(AMOUNTS, min_size=4, max_size=4),
            "status": st.sampled_from(months.ALL_STATUSES),
            "day": st.integers(1, 31),
            "other_month": st.booleans(),
        }
    ),
    max_size=60,
)

Row = dict[str, Any]
bounded = settings(max_examples=15)

PREMIUM = (
    "INSERT INTO premium_transaction (id, txn_id, policy_id, txn_date, premium_amount, fund_tabarru, fund_tanahud,"
    " fund_ujroh, product_code, plan_code, payment_method, status) OVERRIDING SYSTEM VALUE"
    " VALUES (%s, 'P-' || %s, 'POL', %s, %s, %s, %s, %s, 'MOTOR', 'FULL', 'MONTHLY', %s)"
)
CLAIM = (
    "INSERT INTO claim_transaction (id, claim_id, policy_id, claim_date, claim_type, claim_amount, fund_tabarru,"
    " fund_tanahud, fund_ujroh, fund_qard_hasan, product_code, status) OVERRIDING SYSTEM VALUE"
    " VALUES (%s, 'C-' || %s, 'POL', %s, 'TPL', %s, %s, %s, %s, %s, 'MOTOR', %s)"
)


def fill(rows: list[Row]) -> None:
    """January with these rows, in a database that has nothing else."""
    months.make_period(months.JANUARY)
    key = 0
    for row in rows:
        key += row["gap"]
        date = f"2025-{'03' if row['other_month'] and row['day'] % 3 == 0 else '01'}-{row['day']:02}"
        funds = row["funds"] if row["source"] == "CLAIM" else row["funds"][:3]
        statement = CLAIM if row["source"] == "CLAIM" else PREMIUM
        sql.execute(statement, [key, key, date, sum(funds), *funds, row["status"]])


def undo(tamper: Callable[..., int]) -> None:
    """The same month before its first batch."""
    for leaf in leaves():
        tamper(f"DROP TABLE {leaf}")
    tamper("TRUNCATE month_end_batch, period_balance, fund_total RESTART IDENTITY CASCADE")
    tamper("UPDATE entry_number_counter SET next_number = 1")


def committed(worker_count: int) -> MonthEndBatch:
    """Close January in this process with two slots."""
    batch = initiate(worker_count=worker_count)
    drain(slots=2)
    batch.refresh_from_db()
    assert batch.status == "COMMITTED", batch.reason
    return batch


@bounded
@given(rows=ROWS, worker_count=st.integers(1, 20))
def test_numbers_are_gapless_and_totals_exact(baseline, tamper, rows, worker_count):
    baseline.restore()
    fill(rows)
    totals = months.expected()
    batch = committed(worker_count)
    entries = journal()
    assert [entry["entry_number"] for entry in entries] == [*range(1, totals.entries + 1)]
    assert sum((entry["amount"] for entry in entries), Decimal(0)) == batch.expected_amount == totals.amount
    assert batch.expected_transactions == totals.transactions
    posted = sql.rows(
        "SELECT s.code AS source, f.code AS fund, t.entries, t.amount FROM fund_total t"
        " JOIN transaction_source s ON s.id = t.source_type JOIN fund f ON f.id = t.fund_id"
    )
    assert {(row["source"], row["fund"]): (row["entries"], row["amount"]) for row in posted} == dict(totals.funds)
    assert batch.ranges.count() <= worker_count
    assert verify() == (0, [])


@bounded
@given(
    rows=ROWS,
    worker_count=st.integers(1, 20),
    slots=st.integers(1, 4),
    stops=st.lists(st.floats(0, 0.15), max_size=3),
)
def test_the_same_month_gives_the_same_entries_however_it_is_run(
    baseline, tamper, small_blocks, rows, worker_count, slots, stops
):
    baseline.restore()
    fill(rows)
    committed(worker_count)
    once = journal()
    undo(tamper)
    batch = initiate(worker_count=worker_count)
    for seconds in stops:
        runtime = Runtime(slots=slots).start()
        time.sleep(seconds)
        runtime.stop(graceful=seconds > 0.05)
    drain(slots=slots)
    batch.refresh_from_db()
    assert batch.status == "COMMITTED", batch.reason
    assert journal() == once
    assert verify() == (0, [])


@bounded
@given(rows=ROWS, late=st.lists(st.integers(0, 3), min_size=60, max_size=60), worker_count=st.integers(1, 20))
def test_rows_that_become_postable_late_are_posted_once_in_any_order(baseline, rows, late, worker_count):
    baseline.restore()
    fill([{**row, "status": "PENDING" if when else row["status"]} for row, when in zip(rows, late, strict=False)])
    committed(worker_count)
    for turn in (1, 2, 3):
        before, posted = journal(), months.expected().entries
        release(rows, late, turn)
        if months.expected().entries > posted:
            committed(worker_count)
        entries = journal()
        assert entries[: len(before)] == before
        assert [entry["entry_number"] for entry in entries] == [*range(1, months.expected().entries + 1)]
        assert sum((entry["amount"] for entry in entries), Decimal(0)) == months.expected().amount
    assert verify() == (0, [])


def release(rows: list[Row], late: list[int], turn: int) -> None:
    """The rows of this turn get the status that they have in the end."""
    key = 0
    for row, when in zip(rows, late, strict=False):
        key += row["gap"]
        if when == turn:
            table = "claim_transaction" if row["source"] == "CLAIM" else "premium_transaction"
            sql.execute(f"UPDATE {table} SET status = %s WHERE id = %s", [row["status"], key])
