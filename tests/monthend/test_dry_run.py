"""A dry run: everything but the commit, then a recommendation."""

import psycopg
import pytest

from batches.ledger.models import PostingRule
from batches.monthend.models import MonthEndCertificate, MonthEndLeaf
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, leaves, next_number, verify, wait_for

REPORT = "/api/v1/batch/2025-01-MONTHEND/report"


def test_it_leaves_nothing_behind(january, close):
    batch = close(dry_run=True)
    assert (batch.status, batch.phase, batch.holds_ledger) == ("DRY_RUN_COMPLETED", "DONE", False)
    assert (journal(), leaves(), next_number()) == ([], [], 1)
    assert not MonthEndCertificate.objects.exists()
    assert sql.value("SELECT count(*) FROM period_balance") == 0
    assert not MonthEndLeaf.objects.filter(dropped_at=None).exists()
    assert verify() == (0, [])


def test_the_close_after_it_takes_the_numbers_it_gave_back(january, close):
    rehearsed = close(dry_run=True)
    posted = close()
    assert (posted.batch_id, posted.status) == ("2025-01-MONTHEND-2", "COMMITTED")
    figures = ("first_entry", "last_entry", "expected_transactions", "expected_entries", "expected_amount")
    assert [getattr(rehearsed, name) for name in figures] == [getattr(posted, name) for name in figures]


def test_its_report_says_proceed(january, admin, close):
    close(dry_run=True)
    body = admin.get(REPORT).json()
    totals = months.expected()
    assert (body["recommendation"], body["findings"]) == ("PROCEED", [])
    assert body["dry_run"] is True
    assert {(line["source"], line["fund"]): line["entries"] for line in body["funds"]} == {
        key: entries for key, (entries, _) in totals.funds.items()
    }


def test_a_failed_check_says_do_not_proceed(january, admin, close):
    PostingRule.objects.filter(fund__code="UJROH").delete()
    batch = close(dry_run=True)
    body = admin.get(REPORT).json()
    assert batch.status == "FAILED"
    assert body["recommendation"] == "DO_NOT_PROCEED"
    assert any("rule" in finding for finding in body["findings"])


def test_an_empty_month_is_a_warning(admin, close):
    months.make_period(months.JANUARY)
    close(dry_run=True)
    body = admin.get(REPORT).json()
    assert (body["recommendation"], body["findings"]) == (
        "WARNING",
        ["The period has no transactions to post."],
    )


@pytest.mark.parametrize(("premiums", "warned"), [(2000, True), (200, False)])
def test_an_unusual_amount_is_a_warning(january, admin, close, premiums, warned):
    close()
    months.make_period(months.FEBRUARY)
    months.add_premiums(premiums, code=months.FEBRUARY)
    months.add_claims(40, code=months.FEBRUARY)
    close(months.FEBRUARY, dry_run=True)
    body = admin.get(REPORT.replace("2025-01", "2025-02")).json()
    assert body["recommendation"] == ("WARNING" if warned else "PROCEED")
    assert any("against the period before" in finding for finding in body["findings"]) is warned


def test_only_a_dry_run_recommends(january, admin, close):
    close()
    assert not {"recommendation", "findings"} & set(admin.get(REPORT).json())


def test_it_is_never_committed(january, gate, start_runtime, other):
    commit = gate("month_end.commit")
    batch = initiate(dry_run=True)
    start_runtime()
    commit.wait_until_reached()
    with pytest.raises(psycopg.Error) as refused:
        other.execute(
            "SELECT monthend.commit_batch(%s, l.id, l.ids[1]) FROM lease l ORDER BY l.id DESC LIMIT 1", [batch.pk]
        )
    assert refused.value.sqlstate == "TU105"
    commit.open()
    wait_for(batch, "DRY_RUN_COMPLETED")
