"""The first page: empty, running, and with what needs somebody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from batches.ledger import sample
from batches.ledger.models import TransactionImport, TransactionSource
from batches.ledger.services import periods
from batches.monthend.models import MonthEndBatch
from project.access import keys
from project.access.roles import Role
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate
from tests.workers.hands import graph, job
from workers.models import Worker
from workers.queries import burden


def text(client, path="/admin/"):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_installation_names_the_first_command(visit):
    page = text(visit(Role.BATCH_ADMIN))
    assert "No accounting period is open" in page
    assert "manage.py period open" in page
    assert "Nothing needs you." in page
    assert "No month has been closed yet" in page


def test_a_month_without_transactions_names_the_import(visit):
    sample.load()
    periods.ensure("2025-01")
    assert "manage.py import_transactions" in text(visit(Role.BATCH_ADMIN))


def test_missing_prerequisites_are_named_and_linked(visit):
    sample.load()
    period, _ = periods.ensure("2025-01")
    months.add_premiums(3)
    page = text(visit(Role.BATCH_ADMIN))
    assert "To close it, complete AP_CLOSE, AR_CLOSE, PAYROLL_CLOSE first" in page
    assert f"/admin/ledger/prerequisite/?period__id__exact={period.pk}" in page
    assert "can&#x27;t close yet" in page


def test_a_month_that_is_ready_has_a_button_for_administrators_only(visit, january):
    link = "/admin/monthend/monthendbatch/start/?period=2025-01"
    assert link in text(visit(Role.BATCH_ADMIN))
    page = text(visit(Role.BATCH_OPERATOR))
    assert link not in page
    assert "can be closed by an administrator" in page


def test_a_month_that_is_posted_is_not_offered_again(visit, january, close):
    close()
    page = text(visit(Role.BATCH_ADMIN))
    assert "2025-01 is posted" in page
    assert "start/?period" not in page
    assert "2025-01-MONTHEND" in page


def test_a_running_batch_shows_steps_counts_and_its_abort(visit, january):
    initiate()
    page = text(visit(Role.BATCH_ADMIN))
    for shown in ("2025-01-MONTHEND", "PREPARING", "step 1 of 6", "pre-flight", "not measured yet", "The plan cuts"):
        assert shown in page, shown
    assert "/admin/monthend/monthendbatch/2025-01-MONTHEND/abort/move/" in page
    assert 'http-equiv="refresh"' in page


def test_who_may_not_abort_sees_no_abort(visit, january):
    initiate()
    assert "abort/move" not in text(visit(Role.BATCH_OPERATOR))


def test_the_fragment_is_the_moving_part_and_says_whether_to_ask_again(visit, january):
    client = visit(Role.AUDITOR)
    quiet = client.get("/admin/live/")
    assert quiet["X-Live"] == "no"
    initiate()
    answer = client.get("/admin/live/")
    assert answer["X-Live"] == "yes"
    page = answer.content.decode()
    assert "2025-01-MONTHEND" in page
    assert "<html" not in page


def test_the_fragment_is_for_people_who_are_signed_in(visit):
    assert visit().get("/admin/live/").status_code == 302


def test_jobs_without_a_worker_are_told(visit, january):
    initiate()
    page = text(visit(Role.BATCH_OPERATOR))
    assert "no worker is up" in page
    assert "manage.py run_workers" in page


def test_a_failed_batch_is_told_with_its_reason(visit, january):
    batch = initiate()
    MonthEndBatch.objects.filter(pk=batch.pk).update(status="FAILED", reason="disk full")
    page = text(visit(Role.BATCH_OPERATOR))
    assert "Batch 2025-01-MONTHEND failed: disk full" in page
    assert "resume or abort" in page


def test_a_silent_worker_is_told(visit):
    Worker.objects.create(name="w-7", hostname="box", has_session=True, slots=2, queues=["default"])
    page = text(visit(Role.AUDITOR))
    assert "Worker w-7 has been silent" in page
    assert "/admin/workers/worker/" in page


@pytest.mark.parametrize(
    ("held", "told", "mended"),
    [
        (
            {"kind": "session", "holder": "12", "program": "psql"},
            "End its transaction, or the session:</span>",
            "<code data-copy>SELECT pg_terminate_backend(12);</code>",
        ),
        (
            {"kind": "prepared", "holder": "it's", "program": ""},
            "Finish it:</span>",
            "<code data-copy>ROLLBACK PREPARED &#x27;it&#x27;&#x27;s&#x27;;</code>",
        ),
        (
            {"kind": "slot", "holder": "replica", "program": ""},
            "Start its replica, or drop the slot:</span>",
            "<code data-copy>SELECT pg_drop_replication_slot(&#x27;replica&#x27;);</code>",
        ),
        (
            {"kind": "session", "holder": "12", "program": "tutup-worker-1-slot"},
            "let it end.</span>",
            '<a href="/admin/workers/worker/">workers</a>',
        ),
    ],
)
def test_who_keeps_dead_rows_is_told_with_what_ends_it(visit, monkeypatch, held, told, mended):
    snapshot = burden.Snapshot(seconds=70.0, transactions=2_000_000, **held)
    monkeypatch.setattr(burden, "oldest_snapshot", lambda: snapshot)
    page = text(visit(Role.AUDITOR))
    assert told in page
    assert mended in page


def test_what_housekeeping_mends_has_its_command(visit, monkeypatch):
    monkeypatch.setattr(burden, "hot_tables", lambda: [burden.HotTable(name="ready", dead=20_001, allowed=2000)])
    monkeypatch.setattr(burden, "claim_waste", lambda: 20_001)
    page = text(visit(Role.AUDITOR))
    assert "Table ready has 20,001 dead rows" in page
    assert page.count("<code data-copy>manage.py housekeep</code>") == 2


def test_work_that_nobody_does_has_its_command(visit):
    graph(job("a"))
    sql.execute(
        "INSERT INTO tally (session_pid, queue_id, second) SELECT 1, id, now() - interval '11 minutes' FROM queue"
    )
    page = text(visit(Role.AUDITOR))
    assert "no worker is up" in page
    assert "Nobody has kept house for 10 minutes" in page
    assert page.count("<code data-copy>manage.py run_workers</code>") == 2


def test_rejected_lines_are_told_and_linked(visit):
    source = TransactionSource.objects.get(code="PREMIUM")
    found = TransactionImport.objects.create(
        source=source, file_name="january.csv", rows_read=5, rows_imported=3, rows_rejected=2, started_at=timezone.now()
    )
    page = text(visit(Role.FINANCE_VIEWER))
    assert "2 of 5 lines of january.csv were rejected" in page
    assert f"/admin/ledger/importreject/?import_of__id__exact={found.pk}" in page


@pytest.mark.parametrize(
    ("role", "told"), [(Role.BATCH_ADMIN, True), (Role.AUDITOR, True), (Role.FINANCE_VIEWER, False)]
)
def test_a_key_that_ends_soon_is_told_to_those_who_see_keys(visit, user_for, role, told):
    keys.create(
        name="etl", owner=user_for(Role.WORKER), roles=[Role.WORKER], expires_at=timezone.now() + timedelta(days=3)
    )
    assert ("API key “etl” expires" in text(visit(role))) is told


def test_a_routine_that_differs_from_its_file_is_told(visit):
    sql.execute("COMMENT ON FUNCTION monthend.missing_prerequisites(int) IS 'changed by hand'")
    try:
        page = text(visit(Role.BATCH_ADMIN))
    finally:
        from project.postgres import installer

        installer.install()
    assert "1 SQL routines differ from their files" in page
    assert "manage.py routines install" in page
