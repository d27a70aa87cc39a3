"""Remote workers that are killed, stopped and put to sleep: every job is done, and each result counts once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from project.access.roles import Role
from tests.distributed.remote import secret_of
from tests.workers.hands import wait_for
from workers.models import Execution, FinishedJob, JobAttempt, Worker
from workers.services import JobSpec, submit

SCRIPT = Path(__file__).with_name("remote_process.py")
ROOT = SCRIPT.parents[2]
HEARTBEAT = 2.0

Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def start(server: str) -> Iterator[Start]:
    """Starts a worker process of that id."""
    key = secret_of("worker", Role.WORKER)
    running: list[subprocess.Popen[bytes]] = []

    def one(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(SCRIPT), server, key, name, str(HEARTBEAT)]
        running.append(subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}))
        return running[-1]

    yield one
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


def work(notes: Path, count: int, seconds: float) -> Execution:
    config = {"notes": str(notes), "seconds": seconds}
    return submit(workflow="test", jobs=[JobSpec(key=str(n), type="remote", payload=config) for n in range(count)])


def begun(notes: Path, who: str = "") -> int:
    return sum(line.startswith("begin") and line.endswith(who) for line in notes.read_text().splitlines())


def done(execution: Execution) -> bool:
    execution.refresh_from_db()
    return execution.completed_at is not None


def finished_by() -> list[str]:
    return [finished.output["by"] for finished in FinishedJob.objects.order_by("pk")]


def test_the_jobs_of_a_killed_worker_run_again(start, notes):
    killed = start("killed")
    execution = work(notes, 2, 2.0)
    wait_for(lambda: begun(notes) == 2, "both jobs to begin")
    killed.kill()
    start("other")
    wait_for(lambda: done(execution), "the end")
    assert (execution.status, finished_by()) == ("completed", ["other", "other"])
    assert JobAttempt.objects.filter(worker_id=Worker.objects.get(name="killed").pk).count() == 2


def test_a_worker_that_slept_past_its_lease_does_no_harm_when_it_wakes(start, notes):
    sleeper = start("sleeper")
    execution = work(notes, 2, 2.0)
    wait_for(lambda: begun(notes) == 2, "both jobs to begin")
    sleeper.send_signal(signal.SIGSTOP)
    other = start("other")
    wait_for(lambda: done(execution), "the end by the other worker")
    assert finished_by() == ["other", "other"]
    other.terminate()
    assert other.wait(60) == 0
    sleeper.send_signal(signal.SIGCONT)
    more = work(notes, 2, 0.3)
    wait_for(lambda: done(more), "more work")
    assert finished_by() == ["other", "other", "sleeper", "sleeper"]
    assert (more.completed, execution.completed) == (2, 2)


def test_a_worker_that_was_given_up_registers_again(start, notes):
    start("worker")
    wait_for(lambda: Worker.objects.filter(stopped_at=None).exists(), "the registration")
    Worker.objects.update(stopped_at="2025-01-01T00:00:00Z", stop_reason="lost")
    execution = work(notes, 2, 0.1)
    wait_for(lambda: done(execution), "the end")
    assert Worker.objects.filter(stopped_at=None).count() == 1


def test_sigterm_gives_back_what_is_unfinished_and_uncounted(start, notes):
    first = start("first")
    execution = work(notes, 3, 600)
    wait_for(lambda: begun(notes) == 2, "two jobs to begin")
    first.terminate()
    assert first.wait(60) == 0
    assert not Worker.objects.filter(stopped_at=None).exists()
    assert not JobAttempt.objects.exists()
    execution.refresh_from_db()
    assert (execution.completed, execution.failed) == (0, 0)


def test_of_many_jobs_under_repeated_kills_each_counts_once(start, notes):
    execution = work(notes, 80, 0.1)
    steady = start("steady")
    for name in ("first", "second", "third"):
        victim = start(name)
        wait_for(partial(begun, notes, name), f"a job of the {name} victim")
        victim.kill()
    wait_for(lambda: done(execution), "the end", 120)
    assert (execution.status, execution.completed) == ("completed", 80)
    assert FinishedJob.objects.count() == 80
    assert steady.poll() is None
