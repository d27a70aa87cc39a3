"""Reconciliation on the first page: what is open, how far tables drift, what needs somebody."""

from datetime import timedelta

from django.utils import timezone

from project.access.roles import Role
from tests.reconciliation import rows, tables
from tests.reconciliation.console.test_mismatch_page import text


def dashboard(visit, role=Role.AUDITOR):
    return text(visit(role).get("/admin/"))


def test_without_mapped_tables_there_is_no_card(visit):
    assert "Drift by table" not in dashboard(visit)


def test_the_card_shows_open_mismatches_and_the_drift_of_each_table(visit, mapping):
    job = tables.job(mapping, mismatch_count=13, completed_at=timezone.now())
    rows.job("users", mismatch_count=50, completed_at=timezone.now())
    rows.mismatch(job, detected_at=timezone.now() - timedelta(days=8))
    rows.mismatch(job, detected_at=timezone.now(), mismatch_type="MISSING_IN_POSTGRES")
    rows.mismatch(job, resolution_status="IGNORED")
    page = dashboard(visit)
    assert "open 2 1 older than 7 d missing in the target 1 missing in the source 0 different 1" in page
    assert page.index("orders 1.3 % ! WARNING") < page.index("users 0.005 % ✓ OK")


def test_the_card_says_how_many_tables_it_does_not_look_at(visit, mapping, monkeypatch):
    for name in ("users", "visits", "words"):
        rows.mapping(name)
    assert "not looked at here" not in dashboard(visit)
    monkeypatch.setattr("reconciliation.queries.standing.LOOKED_AT", 2)
    page = dashboard(visit)
    assert "Of the first 2 tables by name: 2 more tables are not looked at here." in page
    assert "words" not in page.split("Drift by table")[1]


def test_drift_over_a_threshold_needs_attention(visit, mapping):
    tables.job(mapping, mismatch_count=13)
    assert "Drift of orders is 1.3 %: warning" in dashboard(visit)


def test_a_sample_that_found_nothing_does_not_clear_what_the_last_of_everything_found(visit, mapping):
    tables.job(mapping, mismatch_count=13, created_at=timezone.now() - timedelta(hours=1))
    tables.job(mapping, validation_strategy="SAMPLE", compared_rows=20, mismatch_count=0)
    page = dashboard(visit)
    assert "Drift of orders is 1.3 %: warning" in page
    assert "orders 1.3 % ! WARNING" in page


def test_a_comparison_that_failed_needs_attention_until_a_later_one_ends(visit, mapping):
    tables.job(mapping, status="FAILED", created_at=timezone.now() - timedelta(hours=1))
    assert "The last comparison of orders failed" in dashboard(visit)
    tables.job(mapping)
    assert "failed" not in dashboard(visit).split("Needs attention")[1].split("Engine")[0]


def test_mismatches_that_nobody_judged_in_a_month_need_attention(visit, job):
    rows.mismatch(job, detected_at=timezone.now() - timedelta(days=31))
    page = visit(Role.AUDITOR).get("/admin/").content.decode()
    assert "1 mismatches are open for more than 30 days" not in page
    assert "1 mismatch is open for more than 30 days" in page
    assert "/admin/reconciliation/mismatch/?age=older" in page


def test_who_looks_after_reconciliation_alone_sees_that_and_nothing_else(visit, job):
    page = dashboard(visit, Role.RECONCILIATION_OPERATOR)
    assert "Drift by table" in page
    assert "Needs attention" in page
    assert "Last batches" not in page
