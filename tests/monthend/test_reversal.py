"""POST /api/v1/batch/{batch_id}/reverse: mirrored entries, once."""

from decimal import Decimal

import pytest

from batches.ledger.models import AccountingPeriod
from batches.ledger.services import periods
from batches.monthend.models import MonthEndBatch
from project.access.models import AuditEntry
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, verify, wait_for

URL = "/api/v1/batch/2025-01-MONTHEND/reverse"
REASON = {"reason": "Wrong rates"}


@pytest.fixture
def posted(january, close) -> MonthEndBatch:
    """January, committed."""
    return close()


def closing_balances(code: str) -> set[Decimal]:
    """The balances at the end of a period, over all accounts and funds."""
    period = AccountingPeriod.objects.get(code=code)
    return {row["closing"] for row in sql.routine("ledger.trial_balance", period.pk)}


def reversal(name: str = "2025-01-MONTHEND-2") -> MonthEndBatch:
    return MonthEndBatch.objects.get(batch_id=name)


def test_every_entry_is_mirrored(posted, admin, run_jobs):
    answer = admin.post(URL, REASON)
    assert (answer.status_code, answer.json()["batch_id"]) == (202, "2025-01-MONTHEND-2")
    run_jobs()
    count = posted.expected_entries
    entries = journal()
    assert [entry["entry_number"] for entry in entries] == [*range(1, 2 * count + 1)]
    for first, second in zip(entries[:count], entries[count:], strict=True):
        same = ("source_type", "source_id", "fund_id", "amount")
        assert [first[name] for name in same] == [second[name] for name in same]
        assert (first["debit_account_id"], first["credit_account_id"]) == (
            second["credit_account_id"],
            second["debit_account_id"],
        )
    assert verify() == (0, [])


def test_balances_return_to_zero(posted, admin, run_jobs):
    assert closing_balances("2025-01") != {Decimal(0)}
    admin.post(URL, REASON)
    run_jobs()
    assert closing_balances("2025-01") == {Decimal(0)}
    totals = sql.rows("SELECT amount, entries FROM fund_total")
    assert {row["amount"] for row in totals} == {Decimal(0)}
    assert sum(row["entries"] for row in totals) == 2 * posted.expected_entries


def test_both_batches_say_what_happened(posted, admin, run_jobs):
    admin.post(URL, REASON)
    run_jobs()
    posted.refresh_from_db()
    assert posted.status == "REVERSED"
    mirror = reversal()
    assert (mirror.status, mirror.reverses_id, mirror.reason) == ("COMMITTED", posted.pk, "Wrong rates")
    assert admin.get("/api/v1/batch/2025-01-MONTHEND-2/report").json()["reverses"] == "2025-01-MONTHEND"
    certificate = admin.get("/api/v1/batch/2025-01-MONTHEND-2/certificate").json()
    assert certificate["body"]["reverses"] == "2025-01-MONTHEND"


def test_its_source_is_free_again_and_the_next_batch_posts_it(posted, admin, run_jobs, close):
    admin.post(URL, REASON)
    run_jobs()
    third = close()
    assert (third.batch_id, third.status, third.expected_entries) == (
        "2025-01-MONTHEND-3", "COMMITTED", posted.expected_entries)  # fmt: skip
    assert closing_balances("2025-01") != {Decimal(0)}
    assert sql.value("SELECT sum(amount) FROM fund_total") == posted.expected_amount
    assert verify() == (0, [])


def test_it_can_go_into_another_open_period(posted, admin, run_jobs):
    months.make_period(months.FEBRUARY)
    answer = admin.post(URL, {**REASON, "period": "2025-02"})
    assert answer.json()["batch_id"] == "2025-02-MONTHEND"
    run_jobs()
    assert closing_balances("2025-01") != {Decimal(0)}
    assert closing_balances("2025-02") == {Decimal(0)}
    dates = sql.row(
        "SELECT min(posting_date), max(posting_date) FROM journal_entry WHERE entry_number > %s",
        [posted.expected_entries],
    )
    assert all(str(day).startswith("2025-02") for day in dates.values())
    assert verify() == (0, [])


def test_the_months_own_transactions_are_posted_beside_a_reversal_of_another(posted, admin, run_jobs, close):
    months.make_period(months.FEBRUARY)
    months.add_premiums(40, code=months.FEBRUARY)
    admin.post(URL, {**REASON, "period": "2025-02"})
    run_jobs()
    second = close(months.FEBRUARY)
    assert (second.batch_id, second.status) == ("2025-02-MONTHEND-2", "COMMITTED")
    assert second.expected_entries == months.expected(months.FEBRUARY).entries
    assert verify() == (0, [])


def test_an_empty_batch_can_be_reversed(admin, close, run_jobs):
    months.make_period(months.JANUARY)
    close()
    admin.post(URL, REASON)
    run_jobs()
    assert (reversal().status, journal()) == ("COMMITTED", [])
    assert verify() == (0, [])


def test_a_reversal_is_not_reversed(posted, admin, run_jobs):
    admin.post(URL, REASON)
    run_jobs()
    answer = admin.post(URL.replace("MONTHEND", "MONTHEND-2"), REASON)
    assert (answer.status_code, answer.json()["error"]) == (409, "ILLEGAL_TRANSITION")
    assert "reversal itself" in answer.json()["message"]


def test_a_batch_is_not_reversed_twice(posted, admin, run_jobs):
    admin.post(URL, REASON)
    assert admin.post(URL, REASON).json()["error"] == "BATCH_RUNNING"
    run_jobs()
    answer = admin.post(URL, REASON)
    assert (answer.status_code, answer.json()["details"]["status"]) == (409, "REVERSED")


def test_a_batch_that_has_not_committed_is_not_reversed(january, admin):
    batch = initiate()
    answer = admin.post(URL, REASON)
    assert answer.status_code == 409
    assert batch.batch_id in answer.json()["message"]


def test_a_dry_run_is_not_reversed(january, admin, close):
    close(dry_run=True)
    assert admin.post(URL, REASON).json()["error"] == "ILLEGAL_TRANSITION"


def test_an_aborted_reversal_can_be_repeated(posted, admin, gate, start_runtime):
    post = gate("month_end.post")
    start_runtime()
    admin.post(URL, REASON)
    post.wait_until_reached()
    admin.post("/api/v1/batch/2025-01-MONTHEND-2/abort", {"reason": "Not this one"})
    post.open()
    wait_for(reversal(), "ABORTED")
    posted.refresh_from_db()
    assert posted.status == "COMMITTED"
    admin.post(URL, REASON)
    third = wait_for(reversal("2025-01-MONTHEND-3"), "COMMITTED")
    assert third.first_entry == posted.expected_entries + 1
    assert verify() == (0, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": " "}, "reason"), ({**REASON, "period": "January"}, "period"),
     ({**REASON, "period": "1999-01"}, "period"), ({**REASON, "rollback": True}, "rollback")],
)  # fmt: skip
def test_a_wrong_field_is_named(posted, admin, body, field):
    answer = admin.post(URL, body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == [field]


def test_a_closed_period_takes_no_reversal(posted, january, admin):
    periods.close(period=january, actor=None, reason="done")
    answer = admin.post(URL, REASON)
    assert (answer.status_code, answer.json()["error"]) == (409, "PERIOD_NOT_OPEN")


def test_it_is_in_the_audit_trail(posted, admin):
    admin.post(URL, REASON)
    entry = AuditEntry.objects.get(operation="month_end.reverse")
    assert (entry.target, entry.before) == ("2025-01-MONTHEND", {"status": "COMMITTED"})
    assert entry.details == {"reason": "Wrong rates", "reversal": "2025-01-MONTHEND-2", "period": "2025-01"}
