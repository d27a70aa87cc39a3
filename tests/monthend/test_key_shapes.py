"""Keys with holes and in clusters: ranges stay about equal, numbers stay gapless, nothing is left out."""

import pytest

from batches.monthend.models import MonthEndBlock
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import journal, verify

LARGEST = 9_223_372_036_854_775_807
SHAPES = {
    "dense": [*range(1, 121)],
    "every_third": [*range(1, 361, 3)],
    "one_far_away": [*range(1, 120), 8_000_000_000_000_000_000],
    "two_clusters": [*range(1, 61), *range(5_000_000_000_000, 5_000_000_000_060)],
    "growing_gaps": [n**3 for n in range(1, 121)],
    "at_the_end_of_bigint": [*range(LARGEST - 119, LARGEST + 1)],
    "around_zero_and_below": [*range(-60, 60)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_key_is_posted_once_in_order(shape, close):
    months.make_period(months.JANUARY)
    for key in SHAPES[shape]:
        months.add_premium(key, key % 5 + 1, key % 2, 1)
    batch = close(worker_count=6)
    assert batch.status == "COMMITTED", batch.reason
    assert [entry["entry_number"] for entry in journal()] == [*range(1, months.expected().entries + 1)]
    assert sorted({entry["source_id"] for entry in journal()}) == SHAPES[shape]
    assert {part.transactions for part in batch.ranges.all()} == {20}
    assert verify() == (0, [])


def test_a_far_cluster_among_very_many_keys_is_cut_by_count(january, close):
    """Above 200,000 rows keys are cut by width, and what got too much is cut again."""
    sql.execute(
        "INSERT INTO premium_transaction (id, txn_id, policy_id, txn_date, premium_amount, fund_tabarru, fund_tanahud,"
        " fund_ujroh, product_code, plan_code, payment_method, status) OVERRIDING SYSTEM VALUE SELECT"
        " CASE WHEN n > 200500 THEN n + 4000000000000 ELSE n + 1000 END, 'L-' || n, 'POL', '2025-01-05', 1, 1, 0, 0,"
        " 'MOTOR', 'FULL', 'MONTHLY', 'PAID' FROM generate_series(1, 201000) n"
    )
    totals = months.expected()
    batch = close(worker_count=8)
    assert (batch.status, batch.expected_entries) == ("COMMITTED", totals.entries)
    sizes = MonthEndBlock.objects.filter(batch=batch).values_list("transactions", flat=True)
    assert max(sizes) <= 2 * totals.transactions / 8
    numbers = sql.row("SELECT min(entry_number), max(entry_number), count(*) FROM journal_entry")
    assert tuple(numbers.values()) == (1, totals.entries, totals.entries)
