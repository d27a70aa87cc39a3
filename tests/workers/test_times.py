"""Timeouts and results of jobs that share a slot: one that hangs costs its siblings nothing."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workers.hands import graph, job, states, status, wait_for
from workers.handlers import Claim, handler
from workers.models import Execution, FinishedJob, JobAttempt
from workers.runtime import Runtime, drain

calls: list[str] = []
release = threading.Event()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    calls.clear()
    release.clear()
    yield
    release.set()


@pytest.fixture
def slot() -> Iterator[Runtime]:
    runtime = Runtime(slots=1, lease_seconds=900).start()  # no heartbeat comes to the help of a clock
    yield runtime
    release.set()
    runtime.stop(seconds=1.0)


@handler("test.times_turn", prefetch=10, max_attempts=1)
def turn(claim: Claim) -> None:
    calls.append(claim.key)
    time.sleep(claim.payload.get("seconds", 0.0))
    if claim.payload.get("hangs"):
        release.wait(120)


@handler("test.times_batch", max_batch_size=3, max_attempts=1)
def batch(claims: list[Claim]) -> list[Any]:
    calls.append(claims[0].key)
    release.wait(1.0)
    return [None] * len(claims)


@handler("test.times_async", prefetch=10, max_attempts=1)
async def coroutine(claim: Claim) -> None:
    calls.append(claim.key)
    if claim.payload.get("blocks"):
        release.wait(120)
    if claim.payload.get("deaf"):
        await deaf()
    await asyncio.sleep(600 if claim.payload.get("hangs") else 0)


async def deaf() -> None:
    while not release.is_set():
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            continue


@handler("test.times_odd", prefetch=10, max_attempts=1)
async def odd(claim: Claim) -> None:
    if claim.key == "cancelled":
        asyncio.get_running_loop().create_future().cancel()
        raise asyncio.CancelledError
    if claim.key == "exits":
        raise SystemExit(3)
    if claim.key == "task_exits":
        await asyncio.create_task(_exit())
    await asyncio.sleep(0.1)
    calls.append(claim.key)


async def _exit() -> None:
    raise SystemExit(3)


def errors(execution: Execution) -> dict[str, str | None]:
    return dict(FinishedJob.objects.filter(job__execution=execution).values_list("job__key", "error"))


def test_what_is_done_is_reported_while_the_next_hangs(slot: Runtime) -> None:
    execution = graph(*(job(str(n), type="test.times_turn", payload={"hangs": n == 5}) for n in range(8)))
    wait_for(lambda: calls[-1:] == ["5"], "the sixth to begin")
    wait_for(lambda: len(states(execution)) == 5, "the first five to be reported")


def test_what_is_done_when_the_next_is_late_does_not_run_again(slot: Runtime) -> None:
    late = job("3", type="test.times_turn", payload={"hangs": True}, timeout_seconds=0.02)
    execution = graph(*(job(str(n), type="test.times_turn") for n in range(3)), late, job("4", type="test.times_turn"))
    wait_for(lambda: len(states(execution)) == 4, "the timeout")
    assert errors(execution) == {"0": None, "1": None, "2": None, "3": "timed out after 0.02 s"}
    release.set()
    wait_for(lambda: status(execution) == "failed", "the one behind it")
    assert (calls, JobAttempt.objects.count()) == (list("01234"), 0)


def test_what_is_done_at_an_unclean_stop_does_not_run_again() -> None:
    execution = graph(*(job(str(n), type="test.times_turn", payload={"hangs": n == 3}) for n in range(5)))
    runtime = Runtime(slots=1).start()
    wait_for(lambda: calls[-1:] == ["3"], "the fourth to begin")
    assert runtime.stop(graceful=False) is False
    assert states(execution) == dict.fromkeys("012", "completed")
    release.set()
    drain()
    assert calls == list("012334")


def test_the_time_of_one_that_waits_in_the_slot_is_kept_as_exactly(slot: Runtime) -> None:
    first = job("0", type="test.times_turn", payload={"seconds": 0.5})
    execution = graph(first, job("1", type="test.times_turn", payload={"hangs": True}, timeout_seconds=0.3))
    wait_for(lambda: "1" in calls, "the second to begin")
    wait_for(lambda: errors(execution).get("1") is not None, "its timeout")


def test_a_batch_has_a_timeout_when_all_in_it_have_one(slot: Runtime) -> None:
    mixed = graph(job("0", type="test.times_batch", timeout_seconds=0.1), job("1", type="test.times_batch"))
    wait_for(lambda: status(mixed) == "completed", "the batch")
    limited = graph(*(job(str(n), type="test.times_batch", timeout_seconds=0.1 + n / 10) for n in range(2)))
    wait_for(lambda: status(limited) == "failed", "the batch with a timeout")
    assert errors(limited) == {"0": "timed out after 0.1 s", "1": "timed out after 0.2 s"}


def test_a_coroutine_is_reported_while_its_siblings_go_on(slot: Runtime) -> None:
    execution = graph(
        *(job(str(n), type="test.times_async") for n in range(3)),
        job("late", type="test.times_async", payload={"hangs": True}, timeout_seconds=0.3),
        job("slow", type="test.times_async", payload={"hangs": True}),
    )
    wait_for(lambda: len(states(execution)) == 4, "all but the slow one")
    assert errors(execution) == {"0": None, "1": None, "2": None, "late": "TimeoutError: timed out after 0.3 s"}


@pytest.mark.parametrize("how", ["blocks", "deaf"])
def test_a_coroutine_that_can_not_be_cancelled_is_late_alone(slot: Runtime, how: str) -> None:
    hanging = job("9", type="test.times_async", payload={how: True}, timeout_seconds=0.2)
    execution = graph(*(job(str(n), type="test.times_async") for n in range(3)), hanging)
    wait_for(lambda: "9" in states(execution), "the timeout")
    release.set()
    wait_for(lambda: status(execution) == "failed", "the others")
    assert states(execution) == {"0": "completed", "1": "completed", "2": "completed", "9": "failed"}
    assert JobAttempt.objects.count() == 0


@pytest.mark.parametrize("how", ["cancelled", "exits"])
def test_a_coroutine_that_cancels_itself_or_exits_ends_its_attempt_alone(slot: Runtime, how: str) -> None:
    execution = graph(job(how, type="test.times_odd"), *(job(str(n), type="test.times_odd") for n in range(3)))
    wait_for(lambda: status(execution) == "failed", "all four")
    assert states(execution) == {how: "failed", "0": "completed", "1": "completed", "2": "completed"}


def test_a_task_of_a_coroutine_that_exits_does_not_end_the_slot(slot: Runtime) -> None:
    execution = graph(job("task_exits", type="test.times_odd"), job("other", type="test.times_odd"))
    wait_for(lambda: status(execution) == "failed", "both")
    assert set(errors(execution).values()) == {"SystemExit: 3"}
    again = graph(job("again", type="test.times_odd"))
    wait_for(lambda: status(again) == "completed", "the next on the same slot")
