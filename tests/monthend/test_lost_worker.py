"""A worker that is lost in the middle of its range: another goes on from the checkpoint."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings

from batches.monthend.models import MonthEndBatch
from batches.monthend.services import abort_batch
from project.postgres import sql
from project.postgres.errors import StaleClaim
from tests.monthend.closing import initiate, journal, leaves, verify, wait_for, wait_until
from tests.monthend.gates import Work, replace_work
from workers.handlers import Claim
from workers.runtime import Runtime

URL = "/api/v1/batch/2025-01-MONTHEND-2/workers"
SESSIONS_OF_WORKER = """
SELECT pg_terminate_backend(k.pid) FROM pg_locks k
WHERE k.locktype = 'advisory' AND k.classid = 1 AND k.objid = %s AND k.granted
  AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
ENTRIES = "entry_number, source_type, source_id, posting_date, fund_id, debit_account_id, credit_account_id, amount"


@pytest.fixture
def undisturbed(january, small_blocks, gate, start_runtime) -> list[dict[str, object]]:
    """The entries as a run gives them that nobody disturbs: its leaves are read, then it is aborted."""
    commit = gate("month_end.commit")
    batch = initiate(worker_count=2)
    runtime = start_runtime()
    commit.wait_until_reached()
    parts = " UNION ALL ".join(f"SELECT {ENTRIES} FROM {leaf}" for leaf in leaves())
    found = sql.rows(f"{parts} ORDER BY entry_number")
    abort_batch(batch=batch, actor=None, reason="It was for comparison", rollback=True)
    commit.open()
    wait_for(batch, "ABORTED")
    runtime.stop()
    return found


@contextmanager
def lost(runtime: Runtime) -> Iterator[None]:
    """The session that proves the worker alive has ended; its slots go on until the block ends, as if it hung."""
    board, liveness = runtime._board, runtime._liveness
    liveness._ending.set()
    sql.rows(SESSIONS_OF_WORKER, [runtime.worker_id])
    liveness.join(10)
    yield
    board.stopping.set()
    board.closed.set()
    board.wake()
    for _ in runtime._slots:
        board.tasks.put(None)


def stuck_at_block(other, number: int) -> None:
    """Whoever posts this block waits until the transaction ends."""
    other.execute("SELECT FROM month_end_block b WHERE b.number = %s AND b.posted_at IS NULL FOR UPDATE", [number])


def posted_blocks(batch: MonthEndBatch) -> dict[int, object]:
    return dict(batch.blocks.exclude(posted_at=None).values_list("number", "posted_at"))


def is_waiting() -> bool:
    return bool(sql.value(WAITING))


class Hang:
    """The first attempt at range 1 posts one block, stops for long, and then wants to go on under its old claim."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.refused: list[Exception] = []

    def wrap(self, work: Work) -> Work:
        def hanging(claim: Claim) -> dict[str, Any] | None:
            if claim.payload["range"] != 1 or claim.attempt > 1:
                return work(claim)
            fence = (claim.fence, claim.job_id)
            sql.routine("monthend.take_range", claim.payload["batch"], 1, claim.worker_id, None, *fence)
            sql.routine("monthend.post_block", claim.payload["batch"], 1, 1, *fence)
            self.reached.set()
            self.go_on.wait(120)
            try:
                sql.routine("monthend.post_block", claim.payload["batch"], 1, 1, *fence)
            except StaleClaim as error:
                self.refused.append(error)
                raise
            return None

        return hanging


def failing(*, times: int) -> Callable[[Work], Work]:
    """Range 2 posts one block and then fails, in so many attempts."""

    def change(work: Work) -> Work:
        def failing_work(claim: Claim) -> dict[str, Any] | None:
            if claim.payload["range"] != 2 or claim.attempt > times or resumed(claim):
                return work(claim)
            batch, fence = claim.payload["batch"], (claim.fence, claim.job_id)
            worker = sql.routine_value(
                "monthend.take_range", batch, 2, claim.worker_id, claim.last_error, *fence)  # fmt: skip
            sql.routine("monthend.post_block", batch, 2, worker, *fence)
            raise RuntimeError("the disk is on fire")

        return failing_work

    return change


def resumed(claim: Claim) -> bool:
    return MonthEndBatch.objects.get(pk=claim.payload["batch"]).events.filter(name="resumed").exists()


@contextmanager
def worker_process():
    """One real worker process of one slot, killed at the end if it still lives."""
    command = [sys.executable, "manage.py", "run_workers", f"--child-of={os.getpid()}", "--slots=1"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def workers_of_range(client, number: int) -> list[dict[str, Any]]:
    return [worker for worker in client.get(URL).json()["workers"] if worker["range"] == number]


def test_a_killed_process_is_replaced_and_its_range_goes_on(undisturbed, admin, gate, start_runtime, other):
    post = gate("month_end.post")
    batch = initiate(worker_count=2)
    planning = start_runtime(slots=1)
    post.wait_until_reached()
    planning.stop()
    post.open()
    with other.transaction():
        stuck_at_block(other, 5)
        with worker_process() as process:
            wait_until(is_waiting)
            process.kill()
            done = posted_blocks(batch)
    start_runtime()
    wait_for(batch, "COMMITTED")
    lost, replacement = workers_of_range(admin, 1)
    assert (lost["worker_id"], lost["status"], lost["error"]) == (1, "FAILED", "worker lost: session ended")
    assert (lost["recovery_action"], lost["replacement_worker_id"]) == ("RESTARTED", replacement["worker_id"])
    assert (replacement["status"], replacement["progress"]["percentage"]) == ("COMPLETED", 100.0)
    assert lost["last_checkpoint"]
    assert 0 < lost["progress"]["records_processed"] < lost["progress"]["expected_records"]
    assert {number: at for number, at in posted_blocks(batch).items() if number in done} == done
    assert journal() == undisturbed
    assert verify() == (0, [])


def test_a_slot_whose_connection_breaks_is_replaced(undisturbed, admin, gate, start_runtime, other):
    post = gate("month_end.post")
    batch = initiate(worker_count=2)
    start_runtime(slots=1)
    post.wait_until_reached()
    with other.transaction():
        stuck_at_block(other, 5)
        post.open()
        wait_until(is_waiting)
        sql.rows(WAITING.replace("count(*)", "pg_terminate_backend(pid)"))
    wait_for(batch, "COMMITTED")
    broken, replacement = workers_of_range(admin, 1)
    assert (broken["recovery_action"], broken["replacement_worker_id"]) == ("RESTARTED", replacement["worker_id"])
    assert "database" in broken["error"]
    assert broken["progress"]["records_processed"] == sum(batch.blocks.values_list("transactions", flat=True)[:4])
    assert journal() == undisturbed
    assert verify() == (0, [])


def test_a_worker_that_was_declared_lost_can_no_longer_post(undisturbed, start_runtime, monkeypatch, admin):
    hang = Hang()
    replace_work(monkeypatch, "month_end.post", hang.wrap)
    hung = start_runtime(slots=1)
    batch = initiate(worker_count=2)
    assert hang.reached.wait(60)
    with lost(hung):
        start_runtime()
        wait_for(batch, "COMMITTED")
        hang.go_on.set()
        wait_until(lambda: bool(hang.refused))
    assert isinstance(hang.refused[0], StaleClaim)
    assert workers_of_range(admin, 1)[0]["progress"]["records_processed"] == batch.blocks.get(number=1).transactions
    assert journal() == undisturbed
    assert verify() == (0, [])


def test_a_range_that_fails_once_goes_on_under_another_worker(undisturbed, start_runtime, monkeypatch, admin):
    replace_work(monkeypatch, "month_end.post", failing(times=1), backoff_seconds=0.01)
    start_runtime()
    batch = wait_for(initiate(worker_count=2), "COMMITTED")
    failed, replacement = workers_of_range(admin, 2)
    assert failed["error"] == "RuntimeError: the disk is on fire"
    assert (failed["recovery_action"], failed["replacement_worker_id"]) == ("RESTARTED", replacement["worker_id"])
    assert admin.get(URL.replace("workers", "status")).json()["progress"]["workers"] == {
        "total": 3, "running": 0, "completed": 2, "failed": 1}  # fmt: skip
    assert (batch.status, journal()) == ("COMMITTED", undisturbed)


def test_a_range_that_fails_three_times_fails_the_batch_and_resume_ends_it(
    undisturbed, start_runtime, monkeypatch, admin
):
    replace_work(monkeypatch, "month_end.post", failing(times=3), backoff_seconds=0.01)
    start_runtime()
    batch = wait_for(initiate(worker_count=2), "FAILED")
    assert (batch.reason, batch.holds_ledger) == ("post-2: RuntimeError: the disk is on fire", True)
    assert leaves() != []
    assert batch.ranges.get(number=1).validated_at or batch.ranges.get(number=1).posted_transactions
    failures = workers_of_range(admin, 2)
    assert [worker["status"] for worker in failures] == ["FAILED"] * 3
    assert [worker["recovery_action"] for worker in failures] == ["RESTARTED", "RESTARTED", None]
    done = posted_blocks(batch)
    answer = admin.post(URL.replace("workers", "resume"), {})
    assert (answer.status_code, answer.json()["status"]) == (202, "PROCESSING")
    wait_for(batch, "COMMITTED")
    assert {number: at for number, at in posted_blocks(batch).items() if number in done} == done
    assert batch.reason == ""
    assert journal() == undisturbed
    assert verify() == (0, [])


def test_only_a_failed_batch_is_resumed(january, admin, close):
    batch = initiate()
    answer = admin.post(f"/api/v1/batch/{batch.batch_id}/resume", {})
    assert (answer.status_code, answer.json()["error"]) == (409, "ILLEGAL_TRANSITION")
    assert answer.json()["details"] == {"batch_id": batch.batch_id, "status": "PREPARING"}
