"""Starting, aborting, resuming, reversing, restarting: each from the console, and each refused."""

import threading
import time

import pytest

from batches.monthend.models import MonthEndBatch, MonthEndWorker
from project.access.models import AuditEntry
from project.access.roles import Role
from project.postgres import sql
from tests.monthend.closing import initiate, leaves, wait_for
from tests.monthend.gates import replace_work

LIST = "/admin/monthend/monthendbatch/"
START = f"{LIST}start/"
FORM = {"period": "2025-01", "batch_type": "COMBINED", "worker_count": "4"}
ABORT = {"reason": "Detected data quality issue", "rollback": "on"}
MOVES = {"abort": {Role.BATCH_ADMIN}, "reverse": {Role.BATCH_ADMIN}, "resume": {Role.BATCH_ADMIN, Role.BATCH_OPERATOR}}


def move(batch, verb):
    return f"{LIST}{batch.batch_id}/{verb}/move/"


@pytest.fixture
def failed(january):
    batch = initiate()
    MonthEndBatch.objects.filter(pk=batch.pk).update(status="FAILED", reason="no rule for UJROH")
    return batch


# --- start


@pytest.mark.parametrize("role", Role)
def test_only_operators_start_a_close(visit, january, role):
    client = visit(role)
    right = role == Role.BATCH_ADMIN
    assert client.get(START).status_code == (200 if right else 403)
    assert client.post(START, FORM).status_code == (302 if right else 403)
    assert MonthEndBatch.objects.exists() is right


def test_a_close_starts_and_leads_to_its_page(visit, january):
    answer = visit(Role.BATCH_ADMIN).post(START, FORM, follow=True)
    assert answer.redirect_chain == [(f"{LIST}2025-01-MONTHEND/page/", 302)]
    assert "2025-01-MONTHEND has started." in answer.content.decode()
    batch = MonthEndBatch.objects.get()
    assert (batch.worker_count, batch.dry_run, str(batch.initiated_by)) == (4, False, "batch_admin")
    entry = AuditEntry.objects.get(operation="month_end.initiate")
    assert (entry.actor_name, entry.address) == ("batch_admin", "127.0.0.1")


def test_the_form_says_what_a_month_still_needs(visit, january):
    page = visit(Role.BATCH_ADMIN).get(f"{START}?period=2025-01").content.decode()
    assert "AP_CLOSE" in page
    assert "COMPLETED" in page


def test_without_a_period_the_form_names_the_command(visit):
    assert "manage.py period open" in visit(Role.BATCH_ADMIN).get(START).content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"worker_count": "0"}, "greater than or equal to 1"),
        ({"worker_count": "1001"}, "less than or equal to 1000"),
        ({"worker_count": "many"}, "Enter a whole number"),
        ({"period": "2031-01"}, "Select a valid choice"),
        ({"batch_type": "GOLD"}, "Select a valid choice"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(visit, january, changed, words):
    answer = visit(Role.BATCH_ADMIN).post(START, {**FORM, **changed})
    assert words in answer.content.decode()
    assert not MonthEndBatch.objects.exists()


def test_a_second_close_is_refused_in_the_words_of_the_service(visit, january):
    initiate()
    answer = visit(Role.BATCH_ADMIN).post(START, FORM)
    assert answer.status_code == 409
    assert "Batch 2025-01-MONTHEND is PREPARING and holds the ledger" in answer.content.decode()


def test_a_posted_month_is_refused(visit, january, close):
    close()
    answer = visit(Role.BATCH_ADMIN).post(START, FORM)
    assert answer.status_code == 409
    assert "Nothing new to post" in answer.content.decode()


def test_the_token_of_the_form_is_asked_for(visit, january):
    assert visit(Role.BATCH_ADMIN, enforce_csrf_checks=True).post(START, FORM).status_code == 403


# --- dialogs


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("role", Role)
def test_a_dialog_opens_for_its_roles_only(visit, failed, role, verb):
    assert visit(role).get(move(failed, verb)).status_code == (200 if role in MOVES[verb] else 403)


def test_a_dialog_says_what_will_happen_and_asks_why(visit, failed):
    page = visit(Role.BATCH_ADMIN).get(move(failed, "abort")).content.decode()
    assert "The workers of 2025-01-MONTHEND stop at once." in page
    assert 'name="reason"' in page
    assert "<html" in page


def test_a_script_gets_the_dialog_without_the_frame(visit, failed):
    page = visit(Role.BATCH_ADMIN).get(move(failed, "abort"), headers={"X-Fragment": "yes"}).content.decode()
    assert 'name="reason"' in page
    assert "<html" not in page


def test_there_are_no_other_moves(visit, failed):
    assert visit(Role.BATCH_ADMIN).get(move(failed, "delete")).status_code == 404


@pytest.mark.parametrize("verb", ["abort", "reverse"])
def test_without_a_reason_nothing_happens(visit, failed, verb):
    answer = visit(Role.BATCH_ADMIN).post(move(failed, verb), {"reason": " "})
    assert "Say why" in answer.content.decode()
    failed.refresh_from_db()
    assert failed.status == "FAILED"


def test_an_abort_is_carried_out_while_ranges_are_posted(visit, january, workers, gate):
    posting = gate("month_end.post")
    batch = initiate(worker_count=2)
    posting.wait_until_reached()
    answer = visit(Role.BATCH_ADMIN).post(move(batch, "abort"), ABORT, follow=True)
    assert "2025-01-MONTHEND is being aborted." in answer.content.decode()
    posting.open()
    wait_for(batch, "ABORTED")
    assert leaves() == []


def test_an_abort_before_any_work_ends_aborted(visit, january):
    batch = initiate()
    visit(Role.BATCH_ADMIN).post(move(batch, "abort"), ABORT)
    batch.refresh_from_db()
    assert (batch.status, batch.reason, batch.keep_leaves) == ("ABORTING", ABORT["reason"], False)
    entry = AuditEntry.objects.get(operation="month_end.abort")
    assert (entry.actor_name, entry.details["reason"]) == ("batch_admin", ABORT["reason"])


def test_leaves_are_kept_when_the_box_is_unticked(visit, january):
    batch = initiate()
    visit(Role.BATCH_ADMIN).post(move(batch, "abort"), {"reason": "to look into"})
    batch.refresh_from_db()
    assert batch.keep_leaves is True


def test_a_committed_batch_cannot_be_aborted(visit, january, close):
    batch = close()
    client = visit(Role.BATCH_ADMIN)
    assert "abort/move" not in client.get(f"{LIST}{batch.batch_id}/page/").content.decode()
    answer = client.post(move(batch, "abort"), ABORT)
    assert answer.status_code == 409
    assert "is COMMITTED and cannot be aborted" in answer.content.decode()


def test_a_failed_batch_is_resumed(visit, failed):
    answer = visit(Role.BATCH_OPERATOR).post(move(failed, "resume"), follow=True)
    assert "2025-01-MONTHEND goes on." in answer.content.decode()
    failed.refresh_from_db()
    assert failed.status == "PREPARING"


def test_a_running_batch_cannot_be_resumed(visit, january):
    batch = initiate()
    answer = visit(Role.BATCH_OPERATOR).post(move(batch, "resume"))
    assert answer.status_code == 409
    assert "cannot be resumed" in answer.content.decode()


def test_a_committed_batch_is_reversed_by_a_new_one(visit, january, close):
    batch = close()
    answer = visit(Role.BATCH_ADMIN).post(move(batch, "reverse"), {"reason": "wrong rates"}, follow=True)
    assert "2025-01-MONTHEND-2 is being posted." in answer.content.decode()
    reversal = wait_for(MonthEndBatch.objects.get(reverses=batch), "COMMITTED")
    assert reversal.reason == "wrong rates"
    batch.refresh_from_db()
    assert batch.status == "REVERSED"
    page = visit(Role.AUDITOR).get(f"{LIST}{batch.batch_id}/page/").content.decode()
    assert f"{LIST}{reversal.batch_id}/page/" in page


def test_a_batch_is_reversed_once(visit, january, close):
    batch = close()
    client = visit(Role.BATCH_ADMIN)
    client.post(move(batch, "reverse"), {"reason": "wrong rates"})
    wait_for(MonthEndBatch.objects.get(reverses=batch), "COMMITTED")
    answer = client.post(move(batch, "reverse"), {"reason": "again"})
    assert answer.status_code == 409
    assert "cannot be reversed" in answer.content.decode()


# --- restart of a worker


def test_a_worker_that_hangs_is_replaced(visit, january, workers, monkeypatch):
    hangs = threading.Event()

    def hang_once(work):
        def working(claim):
            if claim.attempt == 1:
                take = (
                    claim.payload["batch"],
                    claim.payload["range"],
                    claim.worker_id,
                    None,
                    claim.fence,
                    claim.job_id,
                )
                sql.routine_value("monthend.take_range", *take)
                hangs.set()
                while True:
                    claim.stop_if_asked()
                    time.sleep(0.01)
            return work(claim)

        return working

    replace_work(monkeypatch, "month_end.post", hang_once)
    batch = initiate(worker_count=1)
    assert hangs.wait(60)
    client = visit(Role.BATCH_OPERATOR)
    restart = f"{LIST}{batch.batch_id}/worker/1/restart/"
    assert restart in client.get(f"{LIST}{batch.batch_id}/page/").content.decode()
    answer = client.post(restart, {"reason": "hangs"}, follow=True)
    assert "2025-01-MONTHEND has its worker replaced." in answer.content.decode()
    wait_for(batch, "COMMITTED")
    lost = MonthEndWorker.objects.get(batch=batch, worker_id=1)
    assert (lost.status, lost.recovery_action, lost.replacement_worker_id) == ("FAILED", "RESTARTED", 2)
    assert AuditEntry.objects.get(operation="month_end.restart_worker").details["reason"] == "hangs"


def test_a_worker_that_does_not_run_cannot_be_restarted(visit, january, close):
    batch = close()
    answer = visit(Role.BATCH_OPERATOR).post(f"{LIST}{batch.batch_id}/worker/1/restart/", {"reason": "hangs"})
    assert answer.status_code == 409
    assert "cannot be restarted" in answer.content.decode()


def test_an_unknown_worker_is_named(visit, january, close):
    batch = close()
    answer = visit(Role.BATCH_OPERATOR).post(f"{LIST}{batch.batch_id}/worker/99/restart/", {"reason": "hangs"})
    assert answer.status_code == 404
    assert "has no worker 99" in answer.content.decode()


def test_viewers_cannot_restart(visit, january):
    batch = initiate()
    assert visit(Role.FINANCE_VIEWER).get(f"{LIST}{batch.batch_id}/worker/1/restart/").status_code == 403
