"""POST /api/v1/batch/month-end/initiate: what a success gives."""

import pytest

from batches.monthend.models import MonthEndBatch
from project.access.models import AuditEntry
from project.access.roles import Role
from project.postgres import sql
from tests.monthend import months

URL = "/api/v1/batch/month-end/initiate"
BODY = {
    "period_start": "2025-01-01",
    "period_end": "2025-01-31",
    "batch_type": "COMBINED",
    "worker_count": 4,
    "dry_run": False,
}


def test_it_answers_with_the_exact_figures_of_the_month(january, admin):
    totals = months.expected()
    answer = admin.post(URL, BODY, format="json")
    assert answer.status_code == 202
    assert answer.json() == {
        "batch_id": "2025-01-MONTHEND",
        "status": "PREPARING",
        "expected_transactions": totals.transactions,
        "expected_je_count": totals.entries,
        "estimated_duration_minutes": None,
        "monitoring_url": "/api/v1/batch/2025-01-MONTHEND/status",
    }


def test_the_address_it_gives_answers(january, admin):
    address = admin.post(URL, BODY, format="json").json()["monitoring_url"]
    assert admin.get(address).json()["status"] == "PREPARING"


@pytest.mark.parametrize(("batch_type", "source"), [("PREMIUM", "PREMIUM"), ("CLAIMS", "CLAIM")])
def test_a_type_counts_its_source_alone(january, admin, batch_type, source):
    totals = months.expected(months.JANUARY, source)
    body = admin.post(URL, {**BODY, "batch_type": batch_type}, format="json").json()
    assert (body["expected_transactions"], body["expected_je_count"]) == (totals.transactions, totals.entries)


def test_type_workers_and_dry_run_may_be_left_out(january, admin):
    answer = admin.post(URL, {"period_start": "2025-01-01", "period_end": "2025-01-31"}, format="json")
    assert answer.status_code == 202
    batch = MonthEndBatch.objects.get()
    assert (batch.batch_type, batch.worker_count, batch.dry_run) == ("COMBINED", 16, False)


def test_an_estimate_comes_from_the_closes_before(january, admin, close):
    close()
    months.make_period(months.FEBRUARY)
    months.add_premiums(60, code=months.FEBRUARY)
    body = {**BODY, "period_start": "2025-02-01", "period_end": "2025-02-28"}
    assert admin.post(URL, body, format="json").json()["estimated_duration_minutes"] >= 0


def test_the_month_becomes_journal_entries(january, admin, run_jobs):
    totals = months.expected()
    admin.post(URL, BODY, format="json")
    run_jobs()
    batch = MonthEndBatch.objects.get()
    assert (batch.status, batch.expected_amount) == ("COMMITTED", totals.amount)
    posted = sql.rows(
        "SELECT s.code AS source, f.code AS fund, count(*) AS entries, sum(e.amount) AS amount FROM journal_entry e"
        " JOIN transaction_source s ON s.id = e.source_type JOIN fund f ON f.id = e.fund_id GROUP BY 1, 2"
    )
    assert {(row["source"], row["fund"]): (row["entries"], row["amount"]) for row in posted} == dict(totals.funds)
    numbers = sql.row("SELECT min(entry_number), max(entry_number), count(*) FROM journal_entry")
    assert tuple(numbers.values()) == (1, totals.entries, totals.entries)


def test_every_entry_has_the_date_and_the_accounts_of_its_rule(january, close):
    close()
    wrong = sql.rows(
        "SELECT e.entry_number FROM journal_entry e JOIN premium_transaction t ON t.id = e.source_id"
        " JOIN posting_rule r ON r.source_id = e.source_type AND r.fund_id = e.fund_id WHERE e.source_type = 1 AND"
        " (e.posting_date, e.debit_account_id, e.credit_account_id)"
        " IS DISTINCT FROM (t.txn_date, r.debit_account_id, r.credit_account_id)"
    )
    assert wrong == []


def test_it_is_in_the_audit_trail(january, admin):
    admin.post(URL, BODY, format="json")
    entry = AuditEntry.objects.get(operation="month_end.initiate")
    assert entry.target == "2025-01-MONTHEND"
    assert entry.actor.username == Role.BATCH_ADMIN
