"""Jobs that their handlers put off: due at the moment that was named, no attempt used up, and the reason is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, nothing_left, states
from workers import handlers, queries, services
from workers.claims import Result, poll
from workers.handlers import Claim, PutOff
from workers.models import Deferral, Execution, FinishedJob, Held, JobAttempt, Ready
from workers.queries import ReasonKind

REASON = "the cluster rests until 18:00"


def in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def put_off(hand: Hand, until: datetime, *claims: dict[str, Any]) -> None:
    results = [
        Result(job_id=one["job_id"], fence=one["fence"], outcome="release", error=REASON, until=until) for one in claims
    ]
    poll(sql.rows, hand.id, 0, results)


@pytest.fixture
def rested(database: None) -> tuple[Execution, Hand, datetime]:
    """A job that was put off for an hour, at its first attempt of one."""
    execution = graph(job("a", max_attempts=1))
    hand, until = Hand(), in_an_hour()
    put_off(hand, until, *hand.claim())
    return execution, hand, until


def test_a_job_that_is_put_off_is_due_then_and_counts_no_attempt(rested: tuple[Execution, Hand, datetime]) -> None:
    execution, hand, until = rested
    assert (hand.claim(), Ready.objects.get().run_at) == ([], until)
    assert queries.job_counts().delayed == 1
    sql.execute("UPDATE ready SET run_at = now()")
    (again,) = hand.claim()
    assert (again["attempt"], again["last_error"], JobAttempt.objects.count()) == (1, None, 0)
    hand.complete(again)
    assert states(execution) == {"a": "completed"}


def test_a_moment_that_has_passed_is_now(database: None) -> None:
    graph(job("a"))
    hand = Hand()
    put_off(hand, timezone.now() - timedelta(hours=1), *hand.claim())
    assert len(hand.claim()) == 1


@pytest.mark.parametrize("parallelism", [None, 1])
def test_whoever_asks_is_told_until_when_and_why(database: None, parallelism: int | None) -> None:
    execution = graph(job("a"), parallelism=parallelism)
    hand, until = Hand(), in_an_hour()
    put_off(hand, until, *hand.claim())
    (reason,) = queries.explain_job(execution.pk, "a")
    assert (reason.kind, reason.details) == (ReasonKind.DELAYED, {"until": until, "reason": REASON})
    assert reason.text == f"Put off until {until:%Y-%m-%d %H:%M:%S} UTC: {REASON}"
    assert queries.explain_execution(execution.pk) == [reason]


def test_jobs_put_off_and_jobs_not_yet_due_are_told_apart(database: None) -> None:
    execution = graph(job("a"), job("b"), job("later", delay_seconds=7200))
    hand, until = Hand(), in_an_hour()
    put_off(hand, until, *hand.claim())
    found = queries.explain_execution(execution.pk)
    assert [(reason.kind, reason.jobs) for reason in found] == [(ReasonKind.DELAYED, 2), (ReasonKind.DELAYED, 1)]
    assert found[0].details == {"until": until, "reason": REASON}
    assert found[1].text.startswith("Not due yet")


def test_one_that_is_put_off_gives_its_place_to_others_of_the_execution(database: None) -> None:
    execution = graph(job("a"), job("b"), parallelism=1)
    hand = Hand()
    put_off(hand, in_an_hour(), *hand.claim())
    (other,) = hand.claim()
    hand.complete(other)
    assert (states(execution), Held.objects.count()) == ({"b": "completed"}, 1)


@pytest.mark.parametrize("parallelism", [None, 1])
def test_what_was_put_off_can_be_brought_forward(database: None, parallelism: int | None) -> None:
    execution = graph(job("a"), job("b"), job("c", delay_seconds=3600), parallelism=parallelism)
    hand = Hand()
    for _ in range(2):
        put_off(hand, in_an_hour(), *hand.claim())
    assert services.bring_forward(execution_id=execution.pk) == 2
    assert not Deferral.objects.exists()
    for _ in range(2):
        hand.complete(*hand.claim())
    assert states(execution) == {"a": "completed", "b": "completed"}
    assert services.bring_forward(execution_id=execution.pk) == 0


def test_nothing_of_another_execution_is_brought_forward(rested: tuple[Execution, Hand, datetime]) -> None:
    _, hand, until = rested
    assert services.bring_forward(execution_id=graph(job("b", type="other", delay_seconds=60)).pk) == 0
    assert (hand.claim(), Deferral.objects.get().until) == ([], until)


def test_it_can_be_cancelled_meanwhile(rested: tuple[Execution, Hand, datetime]) -> None:
    execution, _, _ = rested
    services.cancel(execution_id=execution.pk, reason="enough")
    assert states(execution) == {"a": "cancelled"}
    assert nothing_left()


def test_deferrals_that_are_over_are_removed(rested: tuple[Execution, Hand, datetime], capsys: Any) -> None:
    call_command("housekeep")
    assert Deferral.objects.exists()
    sql.execute("UPDATE deferral SET until = now() - interval '1 second'")
    call_command("housekeep")
    assert not Deferral.objects.exists()


def test_a_handler_puts_its_job_off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def rest(claim: Claim) -> dict[str, Any] | None:
        seen.append(claim.attempt)
        if len(seen) < 3:
            raise PutOff(timezone.now() + timedelta(milliseconds=20), REASON)
        return {"rested": True}

    monkeypatch.setattr(handlers, "_handlers", dict(handlers._handlers))
    handlers.handler("test.rest", max_attempts=1)(rest)
    execution = graph(job("a", type="test.rest"))
    request.getfixturevalue("run_jobs")()  # workers say at their start which types they know
    assert (states(execution), seen) == ({"a": "completed"}, [1, 1, 1])
    assert FinishedJob.objects.get().output == {"rested": True}
