"""Handlers that take several jobs at once: prefetched, in batches, as coroutines."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workers.hands import beside, graph, job, states, status, wait_for
from workers import services
from workers.handlers import Claim, Permanent, handler
from workers.models import FinishedJob, JobAttempt
from workers.runtime import Runtime, drain

calls: list[list[str]] = []
together: list[int] = []
release = threading.Event()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    calls.clear()
    together.clear()
    release.clear()
    yield
    release.set()


@handler("test.short", prefetch=10, backoff_seconds=0.0, max_attempts=2)
def short(claim: Claim) -> dict[str, Any]:
    calls.append([claim.key])
    if claim.payload.get("fails"):
        raise ValueError("no")
    return {"key": claim.key}


@handler("test.slow_short", prefetch=10)
def slow_short(claim: Claim) -> None:
    calls.append([claim.key])
    release.wait(120)


@handler("test.batch", max_batch_size=4, backoff_seconds=0.0, max_attempts=2)
def batch(claims: list[Claim]) -> list[Any]:
    calls.append([claim.key for claim in claims])
    if any(claim.payload.get("fails") for claim in claims):
        raise ValueError("no")
    return [{"key": claim.key} for claim in claims]


@handler("test.most_patient", max_batch_size=4, max_wait_ms=600_000)
@handler("test.patient", max_batch_size=4, max_wait_ms=300)
def patient(claims: list[Claim]) -> list[Any]:
    calls.append([claim.key for claim in claims])
    return [None] * len(claims)


@handler("test.miscounted", max_batch_size=4)
def miscounted(claims: list[Claim]) -> list[Any]:
    return [None] * (len(claims) + 1)


@handler("test.async", prefetch=5)
async def coroutine(claim: Claim) -> dict[str, Any]:
    together.append(1)
    await asyncio.sleep(0.05)
    together.append(-1)
    if claim.payload.get("fails"):
        raise Permanent("never")
    return {"key": claim.key}


@handler("test.async_late", max_attempts=1)
async def late(claim: Claim) -> None:
    calls.append([claim.key])
    await asyncio.sleep(600)


@handler("test.async_batch", max_batch_size=3)
async def async_batch(claims: list[Claim]) -> list[Any]:
    calls.append([claim.key for claim in claims])
    return [{"n": len(claims)} for _ in claims]


def release_when(event: threading.Event) -> None:
    event.wait(60)
    release.set()


def outputs() -> dict[str, Any]:
    return dict(FinishedJob.objects.values_list("job__key", "output"))


def test_prefetched_jobs_run_one_after_another_and_end_each_for_itself() -> None:
    execution = graph(*(job(str(n), type="test.short", payload={"fails": n == 3}) for n in range(8)))
    drain(slots=1)
    assert states(execution) == {str(n): "failed" if n == 3 else "completed" for n in range(8)}
    assert outputs()["7"] == {"key": "7"}
    assert [call for call in calls if call == ["3"]] == [["3"], ["3"]]


def test_a_stop_gives_back_what_has_not_begun() -> None:
    execution = graph(*(job(str(n), type="test.slow_short") for n in range(5)))
    runtime = Runtime(slots=1).start()
    wait_for(lambda: calls == [["0"]], "the first to begin")
    beside(release_when, runtime._board.stopping)
    assert runtime.stop()
    assert calls == [["0"]]
    drain()
    assert (status(execution), JobAttempt.objects.count()) == ("completed", 0)


def test_a_timeout_fails_the_one_that_runs_and_gives_back_the_rest() -> None:
    first = job("0", type="test.slow_short", timeout_seconds=0.3, max_attempts=1)
    execution = graph(first, *(job(str(n), type="test.slow_short") for n in range(1, 4)))
    runtime = Runtime(slots=1).start()
    wait_for(lambda: states(execution) == {"0": "failed"}, "the timeout")
    release.set()
    wait_for(lambda: status(execution) == "failed", "the rest")
    runtime.stop()
    assert states(execution) == {"0": "failed", "1": "completed", "2": "completed", "3": "completed"}


def test_cancelled_jobs_of_a_chunk_do_not_run() -> None:
    kept = graph(job("kept-0", type="test.slow_short"))
    cancelled = graph(*(job(f"cancelled-{n}", type="test.slow_short") for n in range(3)))
    runtime = Runtime(slots=1).start()
    wait_for(lambda: bool(calls), "the first to begin")
    services.cancel(execution_id=cancelled.pk, reason="not needed")
    wait_for(lambda: len(runtime._board.open_claims()) == 1, "the worker to know")
    release.set()
    wait_for(lambda: status(kept) == "completed", "the one that was not cancelled")
    runtime.stop()
    assert len(calls) == 1


def test_a_batch_handler_gets_lists_of_its_size_and_one_output_goes_to_each_job() -> None:
    graph(*(job(str(n), type="test.batch") for n in range(10)))
    drain(slots=3)
    assert sorted(len(call) for call in calls) == [2, 4, 4]
    assert outputs() == {str(n): {"key": str(n)} for n in range(10)}


def test_what_a_batch_handler_raises_ends_the_attempt_of_all() -> None:
    execution = graph(*(job(str(n), type="test.batch", payload={"fails": n == 1}) for n in range(3)))
    drain(slots=1)
    assert set(states(execution).values()) == {"failed"}
    assert len(calls) == 2


def test_a_batch_waits_for_more_but_not_longer_than_it_may() -> None:
    runtime = Runtime(slots=2).start()
    one = graph(job("0", type="test.patient"))
    two = graph(*(job(str(n), type="test.patient") for n in range(1, 3)))
    wait_for(lambda: (status(one), status(two)) == ("completed", "completed"), "the batch")
    runtime.stop()
    assert sorted(len(call) for call in calls) in ([3], [1, 2])


def test_a_full_batch_does_not_wait() -> None:
    execution = graph(*(job(str(n), type="test.most_patient") for n in range(8)))
    drain(slots=2)
    assert (status(execution), sorted(len(call) for call in calls)) == ("completed", [4, 4])


def test_a_batch_handler_that_miscounts_fails_its_jobs() -> None:
    execution = graph(job("a", type="test.miscounted"))
    drain()
    assert status(execution) == "failed"
    assert FinishedJob.objects.get().error == (
        "The handler must return a list of 1 outputs, one for each claim in their order."
    )


def test_coroutines_of_a_slot_run_together_and_end_each_for_itself() -> None:
    execution = graph(*(job(str(n), type="test.async", payload={"fails": n == 2}) for n in range(5)))
    drain(slots=1)
    most = max(sum(together[: place + 1]) for place in range(len(together)))
    assert most == 5
    assert states(execution)["2"] == "failed"
    assert outputs()["4"] == {"key": "4"}


def test_a_coroutine_past_its_time_is_cancelled() -> None:
    execution = graph(job("a", type="test.async_late", timeout_seconds=0.2))
    drain(slots=1)
    assert states(execution) == {"a": "failed"}
    assert "timed out after 0.2 s" in (FinishedJob.objects.get().error or "")


def test_a_coroutine_whose_execution_is_cancelled_is_cancelled_too() -> None:
    execution = graph(job("a", type="test.async_late"))
    runtime = Runtime(slots=1).start()
    wait_for(lambda: bool(calls), "the coroutine to begin")
    services.cancel(execution_id=execution.pk, reason="not needed")
    wait_for(runtime._board.idle, "the slot to be free")
    runtime.stop()
    assert status(execution) == "cancelled"


def test_an_async_batch_handler_gets_lists() -> None:
    execution = graph(*(job(str(n), type="test.async_batch") for n in range(5)))
    drain(slots=2)
    assert (status(execution), sorted(len(call) for call in calls)) == ("completed", [2, 3])


def test_a_handler_sees_the_outputs_of_the_jobs_it_depends_on() -> None:
    found: list[dict[str, Any]] = []

    @handler("test.child")
    def child(claim: Claim) -> None:
        found.append(claim.parents())

    graph(job("a", type="test.short"), job("b", type="test.short"), job("c", "a", "b", type="test.child"))
    drain()
    assert found == [{"a": {"key": "a"}, "b": {"key": "b"}}]


@pytest.mark.parametrize("options", [{"prefetch": 0}, {"max_batch_size": 0}, {"max_wait_ms": -1}])
def test_options_that_make_no_sense_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        handler("test.senseless", **options)
