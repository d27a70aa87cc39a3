"""The Python client and its worker loop, against a running server."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from project.access.roles import Role
from tests.distributed.remote import register, secret_of, some_jobs
from tests.workers.hands import wait_for
from workers.client import Job, Permanent, RemoteWorker
from workers.client.calls import Calls, Refusal
from workers.models import Execution, FinishedJob, JobAttempt, JobCheckpoint, Lease, Worker
from workers.services import Dependency, JobSpec, cancel, submit

Make = Callable[..., RemoteWorker]


def nothing(job: Job) -> None:
    pass


@pytest.fixture
def key() -> str:
    return secret_of("worker", Role.WORKER)


@pytest.fixture
def make(server: str, key: str) -> Iterator[Make]:
    """A worker with a handler of the type `remote`; stopped when the test is over."""
    made: list[RemoteWorker] = []

    def one(work: Callable[[Job], Any], **options: Any) -> RemoteWorker:
        worker = RemoteWorker(server, "worker-1", key=key, **{"heartbeat_seconds": 10, "wait_seconds": 2, **options})
        worker.handler("remote")(work)
        worker.start()
        made.append(worker)
        return worker

    yield one
    for worker in made:
        worker.stop(2)


def ended(execution: Execution) -> str:
    """Its status, once it has ended."""

    def done() -> bool:
        execution.refresh_from_db()
        return execution.completed_at is not None

    wait_for(done, "the end of the execution")
    return execution.status


def outputs() -> dict[str, Any]:
    return dict(FinishedJob.objects.values_list("job__key", "output"))


def errors() -> list[str]:
    return list(FinishedJob.objects.order_by("pk").values_list("error", flat=True))


def test_a_graph_runs_and_children_read_what_their_parents_gave(make):
    def add(job: Job) -> dict[str, Any]:
        return {"sum": job.config["n"] + sum(parent["sum"] for parent in job.parents.values())}

    jobs = [
        JobSpec(key="a", type="remote", payload={"n": 1}),
        JobSpec(key="b", type="remote", payload={"n": 2}, depends_on=("a",)),
        JobSpec(key="c", type="remote", payload={"n": 3}, depends_on=("a",)),
        JobSpec(key="d", type="remote", payload={"n": 4}, depends_on=("b", Dependency("c"))),
    ]
    execution = submit(workflow="test", jobs=jobs)
    make(add, slots=2)
    assert ended(execution) == "completed"
    assert outputs() == {"a": {"sum": 1}, "b": {"sum": 3}, "c": {"sum": 4}, "d": {"sum": 11}}


def test_many_jobs_run_at_once_in_as_many_slots(make):
    together = threading.Barrier(4, timeout=60)

    def meet(job: Job) -> None:
        together.wait()

    execution = some_jobs(8)
    make(meet, slots=4)
    assert ended(execution) == "completed"


def test_it_registers_what_it_can_do(make, client_for):
    make(nothing, slots=3, capabilities=["gpu"], metadata={"memoryGB": 32}, queues=["default", "night"])
    worker = Worker.objects.get()
    assert (worker.slots, worker.capabilities, worker.metadata) == (3, ["gpu"], {"memoryGB": 32})
    assert (worker.queues, worker.types) == (["default", "night"], ["remote"])


def test_an_error_is_tried_again_and_a_permanent_one_is_not(make):
    def work(job: Job) -> str:
        if job.id == "2":
            raise Permanent("hopeless")
        if job.attempt == 1:
            raise ValueError("not yet")
        return f"after {job.last_error}"

    execution = some_jobs(2, backoff_seconds=0)
    make(work)
    assert ended(execution) == "failed"
    assert outputs() == {"1": "after ValueError: not yet", "2": None}
    assert "hopeless" in errors()


@pytest.mark.parametrize("output", [{1, 2}, float("nan"), "nul \0"])
def test_an_output_that_is_not_json_fails_the_job_and_no_other(make, output):
    execution = some_jobs(3)
    make(lambda job: output if job.id == "2" else job.id, slots=3)
    assert ended(execution) == "failed"
    assert outputs() == {"1": "1", "2": None, "3": "3"}


def test_a_checkpoint_is_there_in_the_next_attempt(make):
    def work(job: Job) -> Any:
        if job.checkpoint is None:
            job.save_checkpoint({"done": 7})
            raise RuntimeError("gone")
        return job.checkpoint

    execution = some_jobs(1, backoff_seconds=0)
    make(work)
    assert ended(execution) == "completed"
    assert outputs() == {"1": {"done": 7}}
    assert JobCheckpoint.objects.count() == 1


def test_an_attempt_that_takes_too_long_is_failed_and_told(make):
    told = threading.Event()

    def work(job: Job) -> str:
        if job.attempt == 1:
            while not job.should_stop():
                time.sleep(0.01)
            told.set()
        return "done"

    execution = some_jobs(1, backoff_seconds=0, timeout_seconds=0.3)
    make(work, slots=2)
    assert ended(execution) == "completed"
    assert told.wait(60)
    assert JobAttempt.objects.get().error == "timed out after 0.3 s"


def test_a_job_longer_than_its_lease_is_kept_by_extending(make):
    execution = some_jobs(1)
    may_end = threading.Event()
    make(lambda _: may_end.wait(120), heartbeat_seconds=2)
    wait_for(Lease.objects.exists, "the claim")
    begun = Lease.objects.get().until
    wait_for(lambda: Lease.objects.get().until > begun + timedelta(seconds=2), "the claim to be extended twice")
    may_end.set()
    assert ended(execution) == "completed"
    assert not JobAttempt.objects.exists()


def test_a_handler_learns_within_a_heartbeat_that_its_job_was_cancelled(make):
    began, told = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        began.set()
        while not job.should_stop():
            time.sleep(0.01)
        told.set()

    execution = some_jobs(1)
    make(work, heartbeat_seconds=0.5)
    assert began.wait(60)
    cancel(execution_id=execution.pk, reason="enough")
    assert told.wait(60)
    assert ended(execution) == "cancelled"


def test_a_worker_that_was_taken_over_drops_its_work(make, client_for):
    began = threading.Event()

    def work(job: Job) -> None:
        began.set()
        while not job.should_stop():
            time.sleep(0.01)

    some_jobs(1)
    worker = make(work, heartbeat_seconds=0.5)
    assert began.wait(60)
    client = client_for(Role.BATCH_ADMIN)
    assert register(client).status_code == 200  # somebody takes the id
    wait_for(lambda: worker.running == 0, "the handler to be told")
    assert not FinishedJob.objects.exists()


def test_the_server_may_be_away_for_a_while(make, monkeypatch):
    call, broken = Calls._call, threading.Event()

    def sometimes(self: Calls, *args: Any, **options: Any) -> Any:
        if broken.is_set():
            raise httpx.ConnectError("refused")
        return call(self, *args, **options)

    monkeypatch.setattr(Calls, "_call", sometimes)
    execution = some_jobs(3)

    def work(job: Job) -> str:
        if job.id == "1":
            broken.set()
            threading.Timer(0.6, broken.clear).start()
        return job.id

    make(work)
    assert ended(execution) == "completed"
    assert outputs() == {"1": "1", "2": "2", "3": "3"}
    assert not JobAttempt.objects.exists()


def test_jobs_of_a_claim_whose_answer_was_lost_are_claimed_again(make, monkeypatch):
    claim = Calls.claim
    lost: list[dict[str, Any]] = []

    def loses_the_first(self: Calls, slots: int, wait_seconds: float) -> list[dict[str, Any]]:
        jobs = claim(self, slots, wait_seconds)
        if jobs and not lost:
            lost.extend(jobs)
            raise httpx.ReadError("connection reset")
        return jobs

    monkeypatch.setattr(Calls, "claim", loses_the_first)
    execution = some_jobs(2)
    make(nothing, slots=2, heartbeat_seconds=30)
    assert ended(execution) == "completed"
    assert len(lost) == 2
    assert not JobAttempt.objects.exists()  # given back, not lost


def test_stopping_lets_a_job_end_or_gives_it_back(server, key):
    together = threading.Barrier(3, timeout=60)

    def work(job: Job) -> str:
        together.wait()
        if job.id == "1":
            while True:
                job.stop_if_asked()
                time.sleep(0.01)
        time.sleep(0.3)
        return "done"

    some_jobs(2)
    worker = RemoteWorker(server, "worker-1", key=key, slots=2)
    worker.handler("remote")(work)
    worker.start()
    together.wait()
    worker.stop()
    assert outputs() == {"2": "done"}
    assert not JobAttempt.objects.exists()
    assert Worker.objects.get().stop_reason == "deregistered"


def test_without_handlers_there_is_nothing_to_do(server, key):
    worker = RemoteWorker(server, "idle", key=key)
    with pytest.raises(ValueError, match="no handlers"):
        worker.start()


def test_a_wrong_key_is_said_at_once(server):
    worker = RemoteWorker(server, "worker-1", key="wrong")
    worker.handler("remote")(nothing)
    with pytest.raises(Refusal, match="401 UNAUTHORIZED"):
        worker.start()
