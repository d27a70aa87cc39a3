"""POST /api/v1/batch/{batch_id}/workers/{worker_id}/restart: take a range away from a worker that hangs."""

import threading
from typing import Any

import pytest

from batches.monthend.models import MonthEndBatch
from project.access.models import AuditEntry
from project.access.roles import Role
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, verify, wait_for, wait_until
from tests.monthend.gates import Work, replace_work
from workers.handlers import Claim

URL = "/api/v1/batch/2025-01-MONTHEND/workers"
REASON = {"reason": "It has hung for ten minutes"}
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Sleeper:
    """The first attempt at range 1 takes it, and then does nothing more until the test ends."""

    def __init__(self) -> None:
        self.reached, self.wake = threading.Event(), threading.Event()

    def wrap(self, work: Work) -> Work:
        def sleeping(claim: Claim) -> dict[str, Any] | None:
            if claim.payload["range"] != 1 or claim.attempt > 1:
                return work(claim)
            fence = (claim.fence, claim.job_id)
            sql.routine("monthend.take_range", claim.payload["batch"], 1, claim.worker_id, None, *fence)
            self.reached.set()
            self.wake.wait(120)
            return work(claim)

        return sleeping


@pytest.fixture
def asleep(january, monkeypatch, start_runtime):
    """A batch whose worker 1 hangs between two calls."""
    sleeper = Sleeper()
    replace_work(monkeypatch, "month_end.post", sleeper.wrap)
    start_runtime()
    batch = initiate()
    assert sleeper.reached.wait(60)
    yield batch
    sleeper.wake.set()


def restart(client, worker_id: int = 1, body: dict[str, Any] = REASON) -> Any:
    return client.post(f"{URL}/{worker_id}/restart", body)


def test_a_replacement_goes_on_with_the_range(asleep, client_for, admin):
    answer = restart(client_for(Role.BATCH_OPERATOR))
    assert (answer.status_code, answer.json()["status"]) == (202, "PROCESSING")
    wait_for(asleep, "COMMITTED")
    workers = {worker["worker_id"]: worker for worker in admin.get(URL).json()["workers"]}
    assert (workers[1]["status"], workers[1]["error"]) == ("FAILED", REASON["reason"])
    assert (workers[1]["recovery_action"], workers[1]["replacement_worker_id"]) == ("RESTARTED", 5)
    assert (workers[5]["range"], workers[5]["status"]) == (1, "COMPLETED")
    assert len(journal()) == months.expected().entries
    assert verify() == (0, [])


def test_it_is_in_the_audit_trail(asleep, admin):
    restart(admin)
    entry = AuditEntry.objects.get(operation="month_end.restart_worker")
    assert entry.details == {"worker_id": 1, "range": 1, **REASON}


def test_a_statement_that_hangs_is_interrupted(january, gate, start_runtime, other, admin):
    post = gate("month_end.post")
    batch = initiate(worker_count=2)
    start_runtime()
    post.wait_until_reached()
    with other.transaction():
        other.execute("SELECT FROM month_end_block WHERE number = 1 FOR UPDATE")
        post.open()
        wait_until(lambda: bool(sql.value(WAITING)) and statuses(batch)[2] == "COMPLETED")
        assert restart(admin).status_code == 202
        wait_until(lambda: statuses(batch).get(3) == "RUNNING")
    wait_for(batch, "COMMITTED")
    assert verify() == (0, [])


def statuses(batch: MonthEndBatch) -> dict[int, str]:
    return dict(batch.workers.values_list("worker_id", "status"))


def test_the_worker_of_a_failed_range_resumes_the_batch(january, monkeypatch, start_runtime, admin):
    replace_work(monkeypatch, "month_end.post", failing_until_resumed, backoff_seconds=0.01)
    start_runtime()
    batch = wait_for(initiate(), "FAILED")
    last = batch.workers.filter(range_number=1).latest("worker_id").worker_id
    assert restart(admin, last).status_code == 202
    wait_for(batch, "COMMITTED")
    assert verify() == (0, [])


def failing_until_resumed(work: Work) -> Work:
    def failing(claim: Claim) -> dict[str, Any] | None:
        batch, fence = claim.payload["batch"], (claim.fence, claim.job_id)
        resumed = MonthEndBatch.objects.get(pk=batch).events.filter(name="resumed").exists()
        if claim.payload["range"] != 1 or resumed:
            return work(claim)
        sql.routine("monthend.take_range", batch, 1, claim.worker_id, claim.last_error, *fence)
        raise RuntimeError("the disk is on fire")

    return failing


def test_a_worker_that_does_not_run_is_not_restarted(asleep, admin):
    number = asleep.workers.exclude(worker_id=1).latest("worker_id").worker_id
    wait_until(lambda: statuses(asleep)[number] == "COMPLETED")
    answer = restart(admin, number)
    assert (answer.status_code, answer.json()["error"]) == (409, "ILLEGAL_TRANSITION")
    assert answer.json()["details"]["worker_id"] == number


def test_an_unknown_worker_is_a_404(asleep, admin):
    answer = restart(admin, 99)
    assert answer.status_code == 404
    assert "no worker 99" in answer.json()["message"]


@pytest.mark.parametrize(("body", "field"), [({}, "reason"), ({**REASON, "force": 1}, "force")])
def test_a_wrong_field_is_named(asleep, admin, body, field):
    answer = restart(admin, 1, body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == [field]
