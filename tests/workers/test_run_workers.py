"""Worker processes: what happens when they are killed, stopped, or orphaned."""

import subprocess
import sys

import psutil
import pytest
from django.conf import settings

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, states, status, wait_for
from tests.workers.processes import MANAGE, run_workers, stop
from workers import queries
from workers.models import Execution, JobAttempt, Lease


def active(execution: Execution) -> bool:
    return Lease.objects.filter(executions__contains=[execution.pk]).exists()


def naps(count: int, seconds: float) -> Execution:
    return graph(*(job(str(n), type="sleep", payload={"seconds": seconds}) for n in range(count)))


def test_a_killed_process_is_replaced_and_its_jobs_run_again() -> None:
    naps(2, 600)
    with run_workers("--processes", "2", "--slots", "1") as supervisor:
        wait_for(lambda: len(queries.live_workers()) == 2, "two workers")
        wait_for(lambda: Lease.objects.count() == 2, "two claims")
        killed = queries.live_workers()[0]
        psutil.Process(killed.pid).kill()
        wait_for(JobAttempt.objects.exists, "the loss to be seen")
        lost = JobAttempt.objects.get()
        assert (lost.worker_id, lost.attempt, lost.error) == (killed.id, 1, "worker lost: session ended")
        wait_for(lambda: len(queries.live_workers()) == 2, "the replacement")
        wait_for(lambda: Lease.objects.exclude(worker_id=killed.id).count() == 2, "its job to run again")
        assert killed.id not in {worker.id for worker in queries.live_workers()}
        assert stop(supervisor)[0] == 0


def test_a_process_of_another_supervisor_takes_over() -> None:
    naps(1, 600)
    with run_workers("--slots", "1") as first:
        wait_for(Lease.objects.exists, "the claim")
        killed = Lease.objects.get().worker_id
        with run_workers("--slots", "1"):
            wait_for(lambda: len(queries.live_workers()) == 2, "the second worker")
            for process in (*first.children(), first):
                process.kill()
            wait_for(lambda: Lease.objects.exclude(worker_id=killed).exists(), "the job on the second worker")


def test_sigterm_gives_jobs_back_and_ends_with_zero() -> None:
    execution = naps(3, 600)
    with run_workers("--slots", "2") as supervisor:
        wait_for(lambda: active(execution), "the claim")
        children = supervisor.children()
        code, said = stop(supervisor)
        assert (code, [child for child in children if child.is_running()]) == (0, [])
        assert "worker stopped" in said
    assert states(execution) == {}
    assert {one["attempt"] for one in Hand().claim()} == {1}


def test_children_end_with_a_supervisor_that_was_killed() -> None:
    execution = naps(1, 600)
    with run_workers("--processes", "2", "--slots", "1") as supervisor:
        wait_for(lambda: active(execution), "the claim")
        wait_for(lambda: len(queries.live_workers()) == 2, "two workers")
        children = supervisor.children()
        supervisor.kill()
        gone, alive = psutil.wait_procs(children, timeout=60)
        assert (len(gone), alive) == (2, [])
    assert Hand().claim()[0]["attempt"] == 1, "they stopped gracefully"


def test_the_slots_connections_carry_the_workers_id() -> None:
    execution = graph(job("a", type="sleep", payload={"seconds": 0.3}))
    with run_workers("--slots", "1"):
        wait_for(lambda: status(execution) == "completed", "the job")
        (worker,) = queries.live_workers()
        names = sql.rows(
            "SELECT application_name AS name FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'tutup-%%' "
            "AND application_name NOT LIKE 'tutup-scheduler-%%'"
        )
        assert {record["name"] for record in names} == {f"tutup-worker-{worker.id}"}


@pytest.mark.parametrize(
    "options", [["--processes", "0"], ["--slots", "0"], ["--queues", " , "], ["--stop-seconds", "-1"]]
)
def test_options_out_of_range_are_refused(options: list[str]) -> None:
    ended = subprocess.run([*MANAGE, "run_workers", *options], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert options[0] in ended.stderr


def test_a_thread_that_dies_ends_the_process() -> None:
    crash = (
        "import threading, django; django.setup()\n"
        "from workers.management.commands import run_workers\n"
        "threading.excepthook = run_workers._end_process\n"
        "threading.Thread(target=lambda: 1 / 0, name='poller').start()\n"
        "threading.Event().wait(20)\n"
    )
    command = [sys.executable, "-c", crash]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stdout + ended.stderr
