"""A runtime worker in threads of this process: how attempts end, and what a stop leaves behind."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, nothing_left, states, status, wait_for
from workers import queries, services
from workers.handlers import Claim, Permanent, handler
from workers.models import Execution, FinishedJob, JobAttempt, Lease, Worker
from workers.runtime import Runtime, drain
from workers.runtime.sessions import discard_dead_connections

seen: list[Claim] = []
begun, may_end = threading.Event(), threading.Event()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    seen.clear()
    begun.clear()
    may_end.clear()
    yield
    may_end.set()


@handler("test.answer", backoff_seconds=0.0)
def answer(claim: Claim) -> dict[str, Any]:
    seen.append(claim)
    return {"attempt": claim.attempt, "autocommit": connection.get_autocommit()}


@handler("test.flaky", max_attempts=3, backoff_seconds=0.0)
def flaky(claim: Claim) -> dict[str, Any]:
    seen.append(claim)
    if claim.attempt < 3:
        claim.save_checkpoint({"attempt": claim.attempt})
        raise ConnectionError(f"attempt {claim.attempt}")
    return {"attempt": claim.attempt}


@handler("test.permanent", max_attempts=5)
def permanent(claim: Claim) -> None:
    seen.append(claim)
    raise Permanent("no such account")


@handler("test.output")
def odd_output(claim: Claim) -> Any:
    return {"set": {1}, "nan": float("nan"), "nul": "\0", "surrogate": "\ud800", "fine": {"é\\u0000": [1.5]}}[claim.key]


@handler("test.wait", max_attempts=1)
def wait(claim: Claim) -> None:
    begun.set()
    while not may_end.is_set():
        claim.stop_if_asked()
        time.sleep(0.005)


@handler("test.stubborn")
def stubborn(claim: Claim) -> None:
    begun.set()
    may_end.wait(120)


@handler("test.statement", max_attempts=1)
def statement(claim: Claim) -> None:
    begun.set()
    sql.execute("SELECT pg_sleep(600)")


@handler("test.fenced")
def fenced(claim: Claim) -> None:
    begun.set()
    may_end.wait(120)
    with transaction.atomic():
        sql.routine("workers.hold_lease", claim.fence, claim.job_id)


@handler("test.exit", max_attempts=1)
def leave(claim: Claim) -> None:
    raise SystemExit(1)


@handler("test.broken_connection", max_attempts=2, backoff_seconds=0.0)
def broken_connection(claim: Claim) -> None:
    if claim.attempt == 1:
        sql.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    sql.value("SELECT 1")


@handler("test.query", max_attempts=1)
def query(claim: Claim) -> None:
    sql.value("SELECT 1")
    time.sleep(0.02)


def ended(execution: Execution) -> bool:
    return status(execution) in {"completed", "failed", "cancelled"}


def advanced(execution: Execution, done: int) -> bool:
    """Whether so many jobs have ended, or all of them."""
    return FinishedJob.objects.count() >= done or ended(execution)


def gone(pids: list[int]) -> bool:
    return not sql.value("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (%s)", [pids])


def run(*types: str) -> Execution:
    execution = graph(*(job(str(n), type=type_) for n, type_ in enumerate(types)))
    drain()
    execution.refresh_from_db()
    return execution


def test_a_handler_runs_in_autocommit_and_its_output_is_kept() -> None:
    assert run("test.answer").status == "completed"
    assert FinishedJob.objects.get().output == {"attempt": 1, "autocommit": True}


def test_a_handler_that_raises_is_tried_again_with_the_error_and_its_checkpoint() -> None:
    assert run("test.flaky").status == "completed"
    assert [claim.last_error for claim in seen] == [None, "ConnectionError: attempt 1", "ConnectionError: attempt 2"]
    assert seen[2].checkpoint == {"attempt": 2}
    assert JobAttempt.objects.count() == 2


def test_a_permanent_failure_ends_the_job() -> None:
    assert run("test.permanent").status == "failed"
    assert len(seen) == 1
    assert FinishedJob.objects.get().error == "no such account"


@pytest.mark.parametrize("key", ["set", "nan", "nul", "surrogate"])
def test_an_output_that_is_not_json_fails_the_job_and_says_why(key: str) -> None:
    execution = graph(job(key, type="test.output"), job("fine", type="test.output"))
    drain()
    assert states(execution) == {key: "failed", "fine": "completed"}
    assert FinishedJob.objects.get(job__key=key).error.startswith("The handler's output")


def test_a_handler_that_exits_ends_its_attempt_not_the_slot() -> None:
    run("test.exit", "test.exit", "test.exit")
    assert run("test.answer").status == "completed"


def test_a_connection_that_breaks_costs_one_attempt() -> None:
    assert run("test.broken_connection").status == "completed"
    assert JobAttempt.objects.count() == 1


def test_a_graph_of_slow_and_quick_jobs_runs_to_its_end(workers: Runtime) -> None:
    execution = graph(job("a"), *(job(f"b{n}", "a") for n in range(20)), job("c", *(f"b{n}" for n in range(20))))
    wait_for(lambda: ended(execution), "the graph")
    assert execution.status == "completed"


@pytest.fixture
def unpolling() -> Iterator[Runtime]:
    """A worker that only looks by itself when a test is long over: what it does it was woken for."""
    runtime = Runtime(slots=2, poll_seconds=600).start()
    wait_for(lambda: runtime.is_present, "the worker's registration")
    yield runtime
    runtime.stop()


def test_a_job_starts_at_once_when_a_worker_is_idle(unpolling: Runtime) -> None:
    execution = graph(job("a", type="test.answer"))
    wait_for(lambda: ended(execution), "the job")


def test_a_chain_with_parallelism_does_not_wait_for_the_poll_interval(unpolling: Runtime) -> None:
    execution = graph(*(job(str(n), type="test.answer") for n in range(30)), parallelism=1)
    wait_for(lambda: ended(execution), "thirty jobs, one after the other")


def test_an_idle_worker_uses_hardly_any_cpu(workers: Runtime) -> None:
    wait_for(lambda: queries.slots_alive() == 2, "the worker's registration")
    before = time.process_time()
    time.sleep(1.5)
    assert time.process_time() - before < 0.5  # a thread that spins takes all of it


def test_a_graceful_stop_gives_unfinished_jobs_back_and_counts_no_attempt() -> None:
    execution = graph(job("a", type="test.wait"))
    runtime = Runtime(slots=1).start()
    assert begun.wait(60)
    assert runtime.stop() is True
    may_end.set()
    assert states(execution) == {}
    (claimed,) = Hand().claim()
    assert claimed["attempt"] == 1
    assert Worker.objects.get(pk=runtime.worker_id).stop_reason == "stopped"
    assert queries.slots_alive() == 100


def test_a_stop_does_not_wait_for_a_stubborn_handler_beyond_its_time() -> None:
    graph(job("a", type="test.stubborn"))
    runtime = Runtime(slots=1).start()
    assert begun.wait(60)
    assert runtime.stop(seconds=0.2) is False
    (claimed,) = Hand().claim()
    assert claimed["attempt"] == 1
    may_end.set()


def test_a_stop_before_the_first_job_is_quick() -> None:
    assert Runtime(slots=2).start().stop() is True


def test_a_cancelled_handler_is_told_within_a_moment(workers: Runtime) -> None:
    execution = graph(job("a", type="test.wait"), job("b", "a"))
    assert begun.wait(60)
    services.cancel(execution_id=execution.pk, reason="stop")
    assert status(execution) == "cancelled"
    wait_for(lambda: not workers._board.open_claims() and workers._board.idle(), "the slot to be free")


def test_cancelling_ends_the_statement_that_a_handler_waits_for(workers: Runtime) -> None:
    execution = graph(job("a", type="test.statement"))
    assert begun.wait(60)
    services.cancel(execution_id=execution.pk, reason="stop")
    wait_for(workers._board.idle, "the slot to be free")
    again = graph(job("b", type="test.answer"))
    wait_for(lambda: ended(again), "the next job on the same slot")
    assert again.status == "completed"


def test_a_chunk_of_a_lost_claim_is_refused_and_the_claim_dropped_silently(workers: Runtime) -> None:
    execution = graph(job("a", type="test.fenced"))
    assert begun.wait(60)
    sql.execute("DELETE FROM lease")
    may_end.set()
    wait_for(workers._board.idle, "the slot to be free")
    assert states(execution) == {}


def test_an_attempt_past_its_time_is_failed_and_its_statement_ended(workers: Runtime) -> None:
    execution = graph(job("a", type="test.statement", timeout_seconds=0.3))
    wait_for(lambda: ended(execution), "the timeout")
    assert FinishedJob.objects.get().error == "timed out after 0.3 s"
    wait_for(workers._board.idle, "the slot to be free")


def test_two_runtimes_share_the_work() -> None:
    execution = graph(*(job(str(n), type="test.wait") for n in range(20)))
    runtimes = [Runtime(slots=2).start(), Runtime(slots=2).start()]
    wait_for(lambda: Lease.objects.values("worker_id").distinct().count() == 2, "both to have jobs")
    may_end.set()
    wait_for(lambda: ended(execution), "twenty jobs")
    for runtime in runtimes:
        runtime.stop()
    assert set(FinishedJob.objects.values_list("worker_id", flat=True)) == {one.worker_id for one in runtimes}


def test_a_worker_whose_sessions_are_cut_goes_on() -> None:
    runtime = Runtime(slots=2).start()
    wait_for(lambda: runtime.worker_id is not None, "the registration")
    execution = graph(*(job(str(n), type="sleep", payload={"seconds": 0.02}, max_attempts=20) for n in range(60)))
    while not ended(execution):
        done = FinishedJob.objects.count()
        sql.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'tutup-worker%%'"
        )
        wait_for(partial(advanced, execution, done + 10), "more jobs than before")
    assert execution.status == "completed"
    assert FinishedJob.objects.filter(state="completed").count() == 60
    runtime.stop()
    assert nothing_left()


def test_connections_that_died_with_the_server_cost_no_attempt(workers: Runtime) -> None:
    for _ in range(2):
        execution = graph(*(job(str(n), type="test.query") for n in range(8)))
        wait_for(partial(ended, execution), "the jobs")
        assert execution.status == "completed"
        others = (
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'tutup tests'"
        )
        cut = [row["pid"] for row in sql.rows(f"SELECT pid, pg_terminate_backend(pid) FROM ({others}) o")]
        wait_for(partial(gone, cut), "the end of these sessions")
    discard_dead_connections()  # or the next test gets one


def test_a_worker_that_was_given_up_registers_again() -> None:
    runtime = Runtime(slots=1, lease_seconds=3.0).start()
    wait_for(lambda: runtime.worker_id is not None, "the registration")
    first = runtime.worker_id
    sql.execute("UPDATE worker SET stopped_at = now(), stop_reason = 'test'")
    execution = graph(job("a", type="test.answer"))
    wait_for(lambda: ended(execution), "the job")
    assert runtime.worker_id != first
    runtime.stop()


def test_heartbeats_keep_a_long_job_and_report_load_and_memory() -> None:
    graph(job("a", type="test.wait"))
    runtime = Runtime(slots=2, lease_seconds=6.0).start()
    assert begun.wait(60)
    until = Lease.objects.get().until
    wait_for(lambda: Lease.objects.get().until > until, "a heartbeat that extends the claim")
    hand = Hand()
    hand.sweep()
    assert hand.claim() == []
    (worker,) = (one for one in queries.live_workers() if one.id == runtime.worker_id)
    assert (worker.current_load, worker.utilization) == (1, 0.5)
    assert worker.memory_mb > 10
    may_end.set()
    runtime.stop()


def test_the_sessions_of_a_worker_carry_its_id(workers: Runtime) -> None:
    wait_for(lambda: workers.worker_id is not None, "the registration")
    name = f"tutup-worker-{workers.worker_id}"
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
    wait_for(lambda: sql.value(sessions, [name]) == 2, "poller and liveness")


def test_drain_names_what_it_could_not_finish() -> None:
    graph(job("a", type="nobody.runs.this"))
    with pytest.raises(TimeoutError, match=r"1 of nobody\.runs\.this"):
        drain(0.2)
