"""Attempts, backoff, and what the next attempt is told."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, nothing_left, states, status
from workers import queries
from workers.claims import Result, poll
from workers.models import FinishedJob, JobAttempt, Ready


def due_now() -> None:
    sql.execute("UPDATE ready SET run_at = now() - interval '1 millisecond'")


def test_a_failed_attempt_is_tried_again_after_a_backoff_that_doubles() -> None:
    graph(job("a", max_attempts=4, backoff_seconds=100))
    hand = Hand()
    for expected in (100, 200, 400):
        hand.end(*hand.claim())
        delay = (Ready.objects.get().run_at - timezone.now()).total_seconds()
        assert 0.75 * expected - 1 <= delay <= 1.25 * expected
        assert queries.job_counts().delayed == 1
        assert hand.claim() == []
        due_now()
    assert hand.claim()[0]["attempt"] == 4


def test_the_backoff_is_an_hour_at_most() -> None:
    graph(job("a", max_attempts=100, backoff_seconds=3000))
    hand = Hand()
    for _ in range(5):
        hand.end(*hand.claim())
        assert Ready.objects.get().run_at < timezone.now() + timedelta(seconds=4501)
        due_now()


def test_the_next_attempt_gets_the_error_and_the_checkpoint() -> None:
    graph(job("a", backoff_seconds=0))
    hand = Hand()
    (first,) = hand.claim()
    sql.routine("workers.save_checkpoint", first["fence"], first["job_id"], {"row": 500})
    sql.routine("workers.save_checkpoint", first["fence"], first["job_id"], {"row": 900})
    hand.end(first, error="ConnectionError: gone")
    (second,) = hand.claim()
    assert (second["attempt"], second["last_error"], second["checkpoint"]) == (
        2,
        "ConnectionError: gone",
        {"row": 900},
    )


def test_the_last_attempt_fails_the_job_and_keeps_every_error() -> None:
    execution = graph(job("a", max_attempts=2, backoff_seconds=0))
    hand = Hand()
    hand.end(*hand.claim(), error="first")
    hand.end(*hand.claim(), error="second")
    assert states(execution) == {"a": "failed"}
    assert status(execution) == "failed"
    assert list(JobAttempt.objects.values_list("attempt", "error", "worker_id")) == [(1, "first", hand.id)]
    finished = FinishedJob.objects.get()
    assert (finished.attempt, finished.error, finished.worker_id) == (2, "second", hand.id)
    assert nothing_left()


def test_a_permanent_failure_is_not_tried_again() -> None:
    execution = graph(job("a", max_attempts=5))
    hand = Hand()
    hand.end(*hand.claim(), outcome="fail", error="no such account")
    assert states(execution) == {"a": "failed"}
    assert FinishedJob.objects.get().error == "no such account"


def test_a_job_given_back_runs_again_at_once_and_counts_no_attempt() -> None:
    graph(job("a", max_attempts=1, backoff_seconds=1000))
    hand = Hand()
    (first,) = hand.claim()
    sql.routine("workers.save_checkpoint", first["fence"], first["job_id"], {"row": 1})
    hand.end(first, outcome="release")
    (again,) = hand.claim()
    assert (again["attempt"], again["last_error"], again["checkpoint"]) == (1, None, {"row": 1})
    assert again["fence"] > first["fence"]


def test_a_retry_does_not_count_as_a_result_of_the_execution() -> None:
    execution = graph(job("a", backoff_seconds=0), job("b"))
    hand = Hand()
    one, other = hand.claim()
    hand.end(one)
    assert (status(execution), execution.completed, execution.failed) == ("running", 0, 0)
    hand.complete(other, *hand.claim())
    assert (status(execution), execution.completed) == ("completed", 2)


def test_one_poll_may_complete_retry_fail_and_give_back() -> None:
    execution = graph(*(job(key, backoff_seconds=0) for key in "abcd"))
    hand = Hand()
    a, b, c, d = sorted(hand.claim(), key=lambda one: one["key"])
    ends: list[tuple[dict[str, Any], Any]] = [(a, "completed"), (b, "retry"), (c, "fail"), (d, "release")]
    results = [Result(job_id=one["job_id"], fence=one["fence"], outcome=outcome, error="x") for one, outcome in ends]
    again = poll(sql.rows, hand.id, 100, results)
    assert {claim.key: claim.attempt for claim in again.claims} == {"b": 2, "d": 1}
    assert states(execution) == {"a": "completed", "c": "failed"}
