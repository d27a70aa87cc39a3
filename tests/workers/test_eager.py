"""Handlers of lists that wait for more only while no slot is idle, and sizes that change while they run."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.workers.hands import graph, job, status, wait_for
from workers import handlers, services
from workers.handlers import Claim, handler
from workers.models import Worker
from workers.runtime import Runtime, drain

calls: list[list[str]] = []
release = threading.Event()


@handler("test.eager", max_batch_size=4, max_wait_ms=3_600_000, eager=True)
def eager(claims: list[Claim]) -> list[Any]:
    calls.append([claim.key for claim in claims])
    release.wait(120)
    return [None] * len(claims)


@handler("test.tuned", max_batch_size=4)
def tuned(claims: list[Claim]) -> list[Any]:
    calls.append([claim.key for claim in claims])
    return [None] * len(claims)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    calls.clear()
    release.clear()
    yield
    release.set()
    handlers.tune("test.tuned", max_batch_size=4, max_wait_ms=0.0)


@pytest.mark.parametrize("slots", [1, 3])
def test_a_lone_job_never_waits_while_a_slot_is_idle(slots: int) -> None:
    release.set()
    execution = graph(job("a", type="test.eager"))
    drain(slots=slots)
    assert (status(execution), calls) == ("completed", [["a"]])


def test_while_every_other_slot_works_a_list_in_the_last_one_gathers_more() -> None:
    runtime = Runtime(slots=2, poll_seconds=0.05).start()
    graph(job("first", type="test.eager"))
    wait_for(lambda: calls == [["first"]], "the first to begin")
    for name in "bcd":
        graph(job(name, type="test.eager"))
    wait_for(lambda: runtime._board.running_count == 4, "the three to be gathered")
    assert calls == [["first"]]
    release.set()
    wait_for(lambda: len(calls) == 2, "the rest to begin")
    assert runtime.stop()
    assert sorted(calls[1]) == ["b", "c", "d"]


def test_a_gathered_list_that_is_full_does_not_wait() -> None:
    runtime = Runtime(slots=2, poll_seconds=0.05).start()
    graph(job("first", type="test.eager"))
    wait_for(lambda: calls == [["first"]], "the first to begin")
    graph(*(job(str(n), type="test.eager") for n in range(4)))
    wait_for(lambda: len(calls) == 2, "the full list to begin")
    release.set()
    assert runtime.stop()
    assert sorted(calls[1]) == ["0", "1", "2", "3"]


def test_what_comes_for_another_handler_meanwhile_ends_the_wait() -> None:
    runtime = Runtime(slots=2, poll_seconds=0.05).start()
    graph(job("first", type="test.eager"))
    wait_for(lambda: calls == [["first"]], "the first to begin")
    graph(job("second", type="test.eager"))
    wait_for(lambda: runtime._board.running_count == 2, "the second to be gathered")
    other = graph(job("other", type="noop"))
    wait_for(lambda: ["second"] in calls, "the second to begin")
    release.set()
    wait_for(lambda: status(other) == "completed", "the other one")
    assert runtime.stop()


def test_a_tuned_size_holds_from_the_next_list_on() -> None:
    assert handlers.tune("test.tuned", max_batch_size=2, max_wait_ms=0.0)
    assert not handlers.tune("test.tuned", max_batch_size=2, max_wait_ms=0.0)
    graph(*(job(str(n), type="test.tuned") for n in range(5)))
    drain(slots=1)
    assert sorted(len(call) for call in calls) == [1, 2, 2]


def test_a_worker_that_runs_claims_as_many_as_it_was_told_last() -> None:
    runtime = Runtime(slots=1).start()
    wait_for(lambda: runtime.worker_id is not None, "the registration")
    services.set_prefetch(worker_id=runtime.worker_id, type="test.tuned", jobs=7)
    assert Worker.objects.get(pk=runtime.worker_id).prefetch["test.tuned"] == 7
    assert Worker.objects.get(pk=runtime.worker_id).prefetch["test.eager"] == 4
    assert runtime.stop()
