"""A batch's page: running, finished, failed; and the list of batches."""

import pytest

from batches.monthend.models import MonthEndBatch, MonthEndValidation, MonthEndWorker
from project.access.roles import ALL_READERS, Role
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, wait_for

LIST = "/admin/monthend/monthendbatch/"


def page_of(batch):
    return f"{LIST}{batch.batch_id}/page/"


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_empty_list_says_what_belongs_there(visit):
    page = text(visit(Role.AUDITOR), LIST)
    assert "No batches yet." in page
    assert "manage.py close_month" in page
    assert "start/" not in page


def test_the_list_shows_numbers_and_leads_to_the_page(visit, january, close):
    batch = close()
    page = text(visit(Role.BATCH_ADMIN), LIST)
    for shown in (page_of(batch), "COMMITTED", f"{batch.expected_entries:,}", f"{batch.expected_amount:,.2f}"):
        assert shown in page, shown
    assert f"{LIST}start/" in page


def test_filters_and_search_of_the_list(visit, january, close):
    close()
    client = visit(Role.AUDITOR)
    assert "2025-01-MONTHEND" in text(client, f"{LIST}?status__exact=COMMITTED&q=2025-01")
    assert "No batches match." in text(client, f"{LIST}?status__exact=FAILED")


def test_djangos_own_address_of_a_batch_leads_to_its_page(visit, january):
    batch = initiate()
    answer = visit(Role.AUDITOR).get(f"{LIST}{batch.pk}/change/")
    assert (answer.status_code, answer["Location"]) == (302, page_of(batch))


@pytest.mark.parametrize("role", Role)
def test_readers_open_the_page_and_nobody_else(visit, january, role):
    batch = initiate()
    client = visit(role)
    right = 200 if role in ALL_READERS else 403
    assert client.get(page_of(batch)).status_code == right
    assert client.get(f"{LIST}{batch.batch_id}/live/").status_code == right


def test_an_unknown_batch_is_a_404(visit):
    assert visit(Role.AUDITOR).get(f"{LIST}2031-01-MONTHEND/page/").status_code == 404


def test_a_finished_batch_shows_report_certificate_and_proof(visit, january, close):
    batch = close()
    totals = months.expected()
    page = text(visit(Role.FINANCE_VIEWER), page_of(batch))
    for shown in ("COMMITTED", "Trial balance", "TABARRU", f"{totals.amount:,.2f}", "Certificate 1", "Prove it"):
        assert shown in page, shown
    for check in ("Debits equal credits", "Numbers without gap or duplicate", "4 of 4 ranges were read back"):
        assert check in page, check
    assert 'http-equiv="refresh"' not in page
    assert "data-live" not in page


def test_the_timeline_has_phases_and_events(visit, january, close):
    page = text(visit(Role.FINANCE_VIEWER), page_of(close()))
    for shown in ("pre-flight and plan", "posting", "validation", "locks held for", "committed", "in all"):
        assert shown in page, shown


def test_audit_rows_are_for_auditors(visit, january, close):
    batch = close()
    assert "month end.initiate" in text(visit(Role.AUDITOR), page_of(batch))
    assert "month end.initiate" not in text(visit(Role.FINANCE_VIEWER), page_of(batch))


def test_the_proof_says_that_all_is_well(visit, january, close):
    batch = close()
    answer = visit(Role.AUDITOR).post(f"{LIST}{batch.batch_id}/prove/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert ">proved<" in page
    assert "entries were read again" in page


def test_the_proof_names_what_was_tampered_with(visit, january, close, tamper):
    batch = close()
    assert tamper("UPDATE journal_entry SET amount = amount + 1 WHERE entry_number = 5") == 1
    page = visit(Role.AUDITOR).post(f"{LIST}{batch.batch_id}/prove/").content.decode()
    assert "not proved" in page
    assert "isn&#x27;t what was certified" in page or "isn't what was certified" in page


def test_a_proof_is_asked_for_by_post(visit, january, close):
    assert visit(Role.AUDITOR).get(f"{LIST}{close().batch_id}/prove/").status_code == 405


def test_a_running_batch_shows_its_ranges_and_moves(visit, january, workers, gate):
    posting = gate("month_end.post")
    batch = initiate()
    posting.wait_until_reached()
    client = visit(Role.BATCH_ADMIN)
    page = text(client, page_of(batch))
    for shown in ("0 done", "4 waiting", "post", "4 workers", "ASSIGNED", "Abort…", 'data-every="2000"'):
        assert shown in page, shown
    fragment = client.get(f"{LIST}{batch.batch_id}/live/")
    assert fragment["X-Live"] == "yes"
    assert "<html" not in fragment.content.decode()
    posting.open()
    wait_for(batch, "COMMITTED")


def test_a_lost_worker_shows_its_error_and_its_replacement(visit, january, close):
    batch = close()
    MonthEndWorker.objects.filter(batch=batch, worker_id=2).update(
        status="FAILED", error="connection lost", recovery_action="RESTARTED", replacement_worker_id=5
    )
    page = text(visit(Role.AUDITOR), page_of(batch))
    assert "connection lost" in page
    assert "worker 5 goes on" in page


def test_a_failed_validation_shows_the_rows_behind_it(visit, january, close):
    batch = close()
    MonthEndValidation.objects.filter(batch=batch, name="fund_totals").update(
        status="FAIL",
        message="A fund's total differs from its allocations",
        details={"fund_checks": [{"fund": "TABARRU", "expected": "10.00", "actual": "9.50", "difference": "-0.50"}]},
    )
    page = text(visit(Role.AUDITOR), page_of(batch))
    for shown in ("FAIL", "1 row behind it", "<details open>", "-0.50"):
        assert shown in page, shown


def test_a_failed_batch_says_why_and_offers_resume_and_abort(visit, january):
    batch = initiate()
    MonthEndBatch.objects.filter(pk=batch.pk).update(status="FAILED", reason="no rule for UJROH")
    page = text(visit(Role.BATCH_ADMIN), page_of(batch))
    assert "no rule for UJROH" in page
    assert "Resume…" in page
    assert "Abort…" in page
    assert "stopped here" in page


def test_a_dry_run_shows_its_recommendation(visit, january, close):
    page = text(visit(Role.FINANCE_VIEWER), page_of(close(dry_run=True)))
    assert "PROCEED" in page
    assert "dry run" in page
    assert "Certificate" not in page


def test_an_empty_month_has_a_page_too(visit, database, close):
    months.make_period("2025-01")
    page = text(visit(Role.FINANCE_VIEWER), page_of(close()))
    assert "Nothing to post, so there are no ranges" in page
    assert "No entries." in page


def test_many_workers_are_shown_in_part_and_all_when_asked(visit, january, close):
    batch = close(worker_count=60)
    client = visit(Role.AUDITOR)
    ranges = sql.value("SELECT count(*) FROM month_end_range")
    assert ranges > 20
    assert f"Show all {ranges} workers" in text(client, page_of(batch))
    assert "Show all" not in text(client, f"{page_of(batch)}?workers=all")
