"""The smallest closes: nothing, one transaction, one range, more workers than rows."""

import pytest

from tests.monthend import months
from tests.monthend.closing import journal, next_number, verify

REPORT = "/api/v1/batch/2025-01-MONTHEND/report"


@pytest.fixture
def empty(database):
    """January without a transaction."""
    return months.make_period(months.JANUARY)


def test_an_empty_month_commits_with_zero_entries_and_says_so(empty, admin, close):
    batch = close()
    assert (batch.status, batch.expected_transactions, batch.expected_entries) == ("COMMITTED", 0, 0)
    assert (batch.expected_amount, batch.first_entry, batch.last_entry) == (0, None, None)
    assert (journal(), next_number()) == ([], 1)
    status = admin.get("/api/v1/batch/2025-01-MONTHEND/status").json()
    assert (status["progress"]["percentage"], set(status["validation"].values())) == (100.0, {"PASSED"})
    assert status["progress"]["workers"] == {"total": 0, "running": 0, "completed": 0, "failed": 0}
    certificate = admin.get("/api/v1/batch/2025-01-MONTHEND/certificate").json()
    assert (certificate["body"]["entries"], certificate["body"]["ranges"]) == (0, [])
    assert batch.events.filter(message__contains="0 entries").exists()
    assert verify() == (0, [])


def test_a_month_with_only_what_posts_nothing_is_empty(empty, close):
    months.add_premium(1, 0, 0, 0)
    months.add_premium(2, 5, 5, 5, status="CANCELLED")
    assert (close().status, journal()) == ("COMMITTED", [])


def test_an_empty_month_takes_its_late_transactions(empty, close):
    close()
    months.add_premium(1, 1, 2, 3)
    second = close()
    assert (second.batch_id, second.expected_entries) == ("2025-01-MONTHEND-2", 3)
    assert verify() == (0, [])


def test_an_empty_month_that_closed_has_nothing_new(empty, admin, close):
    close()
    body = {"period_start": "2025-01-01", "period_end": "2025-01-31"}
    assert admin.post("/api/v1/batch/month-end/initiate", body).json()["error"] == "ALREADY_POSTED"


@pytest.mark.parametrize("worker_count", [1, 16, 1000])
def test_one_transaction(empty, close, worker_count):
    months.add_premium(77, "10.01", 0, "0.01")
    batch = close(worker_count=worker_count)
    assert (batch.status, batch.ranges.count(), batch.leaves.count()) == ("COMMITTED", 1, 1)
    assert [(entry["entry_number"], entry["source_id"], str(entry["amount"])) for entry in journal()] == [
        (1, 77, "10.01"),
        (2, 77, "0.01"),
    ]
    assert verify() == (0, [])


def test_more_workers_than_rows_get_a_range_each_until_the_rows_run_out(empty, close):
    months.add_premiums(12, status="PAID")
    batch = close(worker_count=1000)
    assert (batch.status, batch.ranges.count()) == ("COMMITTED", 12)
    assert len(journal()) == months.expected().entries
    assert verify() == (0, [])


def test_one_worker_posts_it_all(january, close):
    batch = close(worker_count=1)
    assert (batch.ranges.count(), batch.leaves.count()) == (1, 1)
    assert len(journal()) == months.expected().entries


def test_the_largest_amount_a_row_can_have(empty, close):
    months.add_premium(1, "9999999999999.99", 0, 0)
    months.add_premium(2, "9999999999999.98", "0.01", 0)
    batch = close()
    assert str(batch.expected_amount) == "19999999999999.98"
    assert verify() == (0, [])
