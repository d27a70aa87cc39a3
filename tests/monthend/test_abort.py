"""POST /api/v1/batch/{batch_id}/abort, in every phase of a close."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from batches.ledger.models import PostingRule
from batches.monthend.models import MonthEndBatch, MonthEndCertificate, MonthEndWorker
from project.access.models import AuditEntry
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, leaves, next_number, verify, wait_for, wait_until

URL = "/api/v1/batch/2025-01-MONTHEND/abort"

Stage = Callable[..., Iterator[MonthEndBatch]]


@contextmanager
def preparing(gate, start_runtime, other, tamper):
    """Counted, not yet planned."""
    plan = gate("month_end.plan")
    batch = initiate()
    start_runtime()
    plan.wait_until_reached()
    yield batch
    plan.open()


@contextmanager
def planning(gate, start_runtime, other, tamper):
    """In the middle of the plan's statement."""
    with other.transaction():
        other.execute("SELECT FROM entry_number_counter FOR UPDATE")
        batch = initiate()
        start_runtime()
        wait_until(lambda: waiting() == 1)
        yield batch


@contextmanager
def ready(gate, start_runtime, other, tamper):
    """Planned, no range begun."""
    post = gate("month_end.post")
    batch = initiate()
    start_runtime()
    post.wait_until_reached()
    yield batch
    post.open()


@contextmanager
def processing(gate, start_runtime, other, tamper):
    """Two ranges posted, the third in the middle of its statement."""
    with ready(gate, start_runtime, other, tamper) as batch, other.transaction():
        other.execute("SELECT FROM month_end_block WHERE number >= 3 FOR UPDATE")
        gate_of_post(gate).open()
        wait_until(lambda: waiting() >= 1)
        yield batch


@contextmanager
def proving(gate, start_runtime, other, tamper):
    """Posted, before the pre-commit layer."""
    check = gate("month_end.validate")
    batch = initiate()
    start_runtime()
    check.wait_until_reached()
    yield batch
    check.open()


@contextmanager
def validating(gate, start_runtime, other, tamper):
    """Proved, the commit is next."""
    commit = gate("month_end.commit")
    batch = initiate()
    start_runtime()
    commit.wait_until_reached()
    yield batch
    commit.open()


@contextmanager
def failed(gate, start_runtime, other, tamper):
    """Stopped by a source row that changed after the plan."""
    with ready(gate, start_runtime, other, tamper) as batch:
        tamper("UPDATE claim_transaction SET claim_amount = claim_amount + 1, fund_tabarru = fund_tabarru + 1")
        gate_of_post(gate).open()
        yield wait_for(batch, "FAILED")


@contextmanager
def failed_early(gate, start_runtime, other, tamper):
    """Refused by the pre-flight checks, so that nothing is planned."""
    PostingRule.objects.filter(fund__code="UJROH").delete()
    batch = initiate()
    start_runtime()
    yield wait_for(batch, "FAILED")
    months.make_period(months.JANUARY)


STAGES = {
    preparing: "PREPARING",
    planning: "PREPARING",
    ready: "READY",
    processing: "PROCESSING",
    proving: "PROCESSING",
    validating: "VALIDATING",
    failed: "FAILED",
    failed_early: "FAILED",
}
PLANNED = (ready, processing, proving, validating, failed)


def gate_of_post(gate):
    return gate.made[-1]


def waiting() -> int:
    """Sessions of this database that wait for a lock. Asked outside of any transaction, which would see old news."""
    return int(
        sql.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )


def closes_with_the_same_numbers() -> bool:
    """The next batch of the month takes the numbers from 1 on and is proved."""
    totals = months.expected()
    batch = wait_for(initiate(), "COMMITTED")
    assert (batch.batch_id, batch.first_entry, batch.last_entry) == ("2025-01-MONTHEND-2", 1, totals.entries)
    assert batch.expected_amount == totals.amount
    return verify() == (0, [])


@pytest.mark.parametrize("stage", STAGES)
def test_a_batch_is_aborted_and_leaves_nothing(january, admin, gate, start_runtime, other, tamper, stage):
    with stage(gate, start_runtime, other, tamper) as batch:
        answer = admin.post(URL, {"reason": "Wrong rates"})
        assert (answer.status_code, answer.json()["status"]) == (202, "ABORTING")
    batch = wait_for(batch, "ABORTED")
    assert (batch.phase, batch.reason, batch.holds_ledger) == ("DONE", "Wrong rates", False)
    assert (leaves(), journal(), next_number()) == ([], [], 1)
    assert not MonthEndCertificate.objects.exists()
    assert not MonthEndWorker.objects.filter(status__in=["RUNNING", "ASSIGNED"]).exists()
    assert closes_with_the_same_numbers()


@pytest.mark.parametrize("stage", PLANNED)
def test_without_rollback_the_leaves_are_kept_detached(january, admin, gate, start_runtime, other, tamper, stage):
    with stage(gate, start_runtime, other, tamper) as batch:
        made = leaves()
        answer = admin.post(URL, {"reason": "Let me see", "rollback": False})
        assert answer.json()["message"] == "Stopping workers, keeping leaves"
    wait_for(batch, "ABORTED")
    assert leaves() == made != []
    assert (journal(), next_number()) == ([], 1)
    assert closes_with_the_same_numbers()


def test_the_answer_has_what_the_contract_says(january, admin):
    initiate()
    assert admin.post(URL, {"reason": "Detected data quality issue", "rollback": True}).json() == {
        "batch_id": "2025-01-MONTHEND",
        "status": "ABORTING",
        "message": "Stopping workers and rolling back changes",
        "estimated_rollback_time_seconds": None,
    }


def test_the_estimate_comes_from_rollbacks_before(january, admin, start_runtime):
    start_runtime()
    batch = initiate()
    admin.post(URL, {"reason": "once"})
    wait_for(batch, "ABORTED")
    initiate(worker_count=1)
    again = URL.replace("MONTHEND", "MONTHEND-2")
    assert admin.post(again, {"reason": "twice"}).json()["estimated_rollback_time_seconds"] >= 0


def test_a_committed_batch_is_reversed_instead(january, admin, close):
    close()
    answer = admin.post(URL, {"reason": "Too late"})
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"] == "ILLEGAL_TRANSITION"
    assert body["details"] == {"batch_id": "2025-01-MONTHEND", "status": "COMMITTED", "use": "reverse"}


def test_an_aborted_batch_is_not_aborted_again(january, admin):
    initiate()
    admin.post(URL, {"reason": "once"})
    answer = admin.post(URL, {"reason": "twice"})
    assert (answer.status_code, answer.json()["error"]) == (409, "ILLEGAL_TRANSITION")
    assert MonthEndBatch.objects.get().reason == "once"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": ""}, "reason"), ({"reason": "x", "rollback": "?"}, "rollback"),
     ({"reason": "x" * 1001}, "reason"), ({"reason": "x", "force": True}, "force")],
)  # fmt: skip
def test_a_wrong_field_is_named(january, admin, body, field):
    initiate()
    answer = admin.post(URL, body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == [field]


def test_it_is_in_the_audit_trail(january, admin):
    initiate()
    admin.post(URL, {"reason": "Wrong rates", "rollback": False})
    entry = AuditEntry.objects.get(operation="month_end.abort")
    assert (entry.before, entry.after) == ({"status": "PREPARING"}, {"status": "ABORTING"})
    assert entry.details == {"reason": "Wrong rates", "rollback": False}
