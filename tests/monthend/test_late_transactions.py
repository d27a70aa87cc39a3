"""Transactions that come, or become postable, after their month was posted."""

import pytest

from batches.monthend.models import MonthEndBatch
from batches.monthend.services import abort_batch
from project.api.errors import ApiError
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, verify, wait_for

POSTED_TWICE = (
    "SELECT source_type, source_id, fund_id FROM journal_entry e JOIN month_end_batch b ON b.id = e.batch_id"
    " WHERE b.status = 'COMMITTED' AND b.reverses_id IS NULL GROUP BY 1, 2, 3 HAVING count(*) > 1"
)


def everything_is_posted_once() -> bool:
    """Each postable allocation of January stands in the journal exactly once, and the ledger is proved."""
    assert sql.rows(POSTED_TWICE) == []
    assert len(journal()) == months.expected().entries
    assert sum(entry["amount"] for entry in journal()) == months.expected().amount
    return verify() == (0, [])


def refused() -> dict[str, object]:
    """Why another close of January is refused."""
    with pytest.raises(ApiError) as error:
        initiate()
    assert error.value.code == "ALREADY_POSTED"
    return dict(error.value.details or {})


def test_they_go_into_the_next_batch_of_the_month(january, close):
    close()
    months.add_premiums(30, first=201)
    second = close()
    assert (second.batch_id, second.status) == ("2025-01-MONTHEND-2", "COMMITTED")
    assert second.expected_transactions == sum(1 for n in range(201, 231) if n % 13 and n % 17)
    assert everything_is_posted_once()


def test_rows_that_became_postable_between_posted_ones(january, close):
    close(worker_count=1)
    changed = sql.execute("UPDATE premium_transaction SET status = 'PAID' WHERE status = 'PENDING'")
    second = close(worker_count=1)
    assert second.expected_transactions == changed > 10
    assert everything_is_posted_once()


def test_keys_between_posted_keys(january, close):
    for key in range(1000, 1100, 10):
        months.add_premium(key, 1, 1, 1)
    close(worker_count=1)
    for key in range(1005, 1095, 10):
        months.add_premium(key, 2, 2, 2)
    assert close(worker_count=1).expected_transactions == 9
    assert everything_is_posted_once()


def test_keys_before_the_first_posted_one(january, close, tamper):
    for key in range(5000, 5010):
        months.add_premium(key, 1, 1, 1)
    tamper("DELETE FROM premium_transaction WHERE id < 5000")
    close()
    months.add_premium(10, 2, 0, 2)
    assert close().expected_transactions == 1
    assert everything_is_posted_once()


def test_a_third_batch_after_a_second(january, close):
    close(worker_count=2)
    sql.execute("UPDATE premium_transaction SET status = 'PAID' WHERE id IN (26, 39)")
    assert close().expected_transactions == 2
    sql.execute("UPDATE premium_transaction SET status = 'PAID' WHERE id IN (13, 52)")
    months.add_premiums(10, first=201)
    third = close()
    assert (third.batch_id, third.expected_transactions) == (
        "2025-01-MONTHEND-3",
        2 + 8,
    )  # 204 has no money, 208 is pending
    assert everything_is_posted_once()


def test_a_row_of_the_other_source_between(january, close):
    close(batch_type="PREMIUM")
    months.add_premiums(5, first=301)
    close(batch_type="CLAIMS")
    assert close().expected_transactions == 5
    assert everything_is_posted_once()


def test_nothing_new_is_refused_and_names_the_batch(january, close):
    close()
    assert refused() == {"batch_id": "2025-01-MONTHEND", "status": "COMMITTED"}
    months.add_premiums(5, first=201, status="PENDING")
    assert refused() == {"batch_id": "2025-01-MONTHEND", "status": "COMMITTED"}
    assert MonthEndBatch.objects.count() == 1


def test_rows_that_come_between_count_and_plan_are_posted_or_left_for_later(january, gate, start_runtime):
    plan = gate("month_end.plan")
    batch = initiate()
    start_runtime()
    plan.wait_until_reached()
    months.add_premiums(20, first=201)
    plan.open()
    wait_for(batch, "COMMITTED")
    assert everything_is_posted_once()


def test_rows_without_a_fund_that_come_between_count_and_plan(january, gate, start_runtime, tamper):
    """The count saw every fund filled; a row that came since has an empty one."""
    tamper("DELETE FROM premium_transaction WHERE fund_tanahud = 0")
    tamper("DELETE FROM claim_transaction")
    plan = gate("month_end.plan")
    batch = initiate()
    start_runtime()
    plan.wait_until_reached()
    months.add_premium(500, 3, 0, 1)
    plan.open()
    wait_for(batch, "COMMITTED", "FAILED")
    assert batch.status == "COMMITTED", batch.reason
    assert everything_is_posted_once()


def test_rows_that_come_while_posting_go_into_the_next_batch(january, gate, start_runtime):
    post = gate("month_end.post")
    batch = initiate()
    start_runtime()
    post.wait_until_reached()
    months.add_premiums(20, first=201)
    post.open()
    assert wait_for(batch, "COMMITTED", "FAILED").status == "COMMITTED", batch.reason
    wait_for(initiate(), "COMMITTED")
    assert everything_is_posted_once()


def test_a_row_that_changes_while_posting_fails_the_batch_and_says_what_to_do(january, gate, start_runtime):
    post = gate("month_end.post")
    batch = initiate(worker_count=1)
    start_runtime()
    post.wait_until_reached()
    sql.execute("UPDATE premium_transaction SET status = 'PAID' WHERE id = 13")
    post.open()
    wait_for(batch, "FAILED")
    assert "the source changed after the plan. Abort the batch and close the month again." in batch.reason
    abort_batch(batch=batch, actor=None, reason="The source changed", rollback=True)
    wait_for(batch, "ABORTED")
    wait_for(initiate(), "COMMITTED")
    assert everything_is_posted_once()


def test_an_import_between_count_and_plan_does_not_shatter_the_month(january, gate, start_runtime, tamper):
    tamper("DELETE FROM claim_transaction")
    tamper("DELETE FROM premium_transaction WHERE id > 2")
    plan = gate("month_end.plan")
    batch = initiate()
    start_runtime()
    plan.wait_until_reached()
    months.add_premiums(1000, first=1001)
    plan.open()
    wait_for(batch, "COMMITTED")
    assert batch.blocks.count() <= 4
    assert everything_is_posted_once()


def test_a_large_late_batch_does_not_post_rows_below_its_first_key_again(january, close):
    """Above 200,000 rows the plan cuts by width of key and reads more than the span it counted."""
    close(worker_count=1)
    sql.execute(
        "INSERT INTO premium_transaction (txn_id, policy_id, txn_date, premium_amount, fund_tabarru, fund_tanahud,"
        " fund_ujroh, product_code, plan_code, payment_method, status)"
        " SELECT 'L-' || n, 'POL', '2025-01-05', 3, 1, 1, 1,"
        " 'MOTOR', 'FULL', 'MONTHLY', 'PAID' FROM generate_series(1, 201000) n"
    )
    batch = close(worker_count=2)
    assert (batch.status, batch.expected_transactions) == ("COMMITTED", 201_000)
    assert sql.rows(POSTED_TWICE) == []
