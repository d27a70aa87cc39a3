"""Cancelling what waits, while what runs may end."""

import pytest

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, keys, nothing_left, states, status
from workers.models import FinishedJob
from workers.services import Dependency


def cancel_waiting(execution) -> list[int]:
    return sql.routine_value("workers.cancel_waiting", execution.pk, "enough")


@pytest.mark.parametrize("parallelism", [None, 2])
def test_what_waits_is_cancelled_and_what_runs_ends_by_itself(parallelism: int | None) -> None:
    execution = graph(job("a"), job("b"), job("c"), job("d", Dependency("c", "ignore")), parallelism=parallelism)
    hand = Hand()
    (active,) = hand.claim(1)
    cancelled = cancel_waiting(execution)
    assert len(cancelled) == 3
    assert status(execution) == "running"
    assert hand.complete(active, output={"kept": True}) == []
    ended = states(execution)
    assert ended.pop(active["key"]) == "completed"
    assert (set(ended.values()), status(execution)) == ({"cancelled"}, "cancelled")
    assert FinishedJob.objects.filter(error="cancelled: enough").count() == 3
    assert FinishedJob.objects.get(state="completed").output == {"kept": True}
    assert nothing_left()


def test_with_nothing_running_the_execution_ends_at_once() -> None:
    execution = graph(job("a"), job("b"))
    assert len(cancel_waiting(execution)) == 2
    assert status(execution) == "cancelled"
    assert nothing_left()


def test_with_nothing_waiting_nothing_changes() -> None:
    execution = graph(job("a"))
    hand = Hand()
    claimed = hand.claim()
    assert cancel_waiting(execution) == []
    hand.complete(*claimed)
    execution.refresh_from_db()
    assert (execution.status, execution.cancel_reason) == ("completed", None)


def test_a_job_that_runs_meanwhile_is_tried_again_when_it_fails() -> None:
    execution = graph(job("a", backoff_seconds=0.0), job("b"))
    hand = Hand()
    (active,) = hand.claim(1)
    cancel_waiting(execution)
    hand.end(active)
    again = hand.claim()
    assert keys(again) == [active["key"]]
    hand.complete(*again)
    assert status(execution) == "cancelled"
