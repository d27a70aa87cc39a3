"""Jobs of an ended execution run again: what failed, or a job and all below it."""

from typing import Any

import pytest

from project.api.errors import Conflict, ErrorCode, NotFound
from tests.workers.hands import Hand, graph, job, keys, nothing_left, own_session, states, status
from workers import services
from workers.models import Execution, Job, JobDependency
from workers.services import Dependency, JobSpec
from workers.services.encoding import encode


def ended(*jobs: JobSpec, fail: tuple[str, ...] = (), **options: Any) -> Execution:
    """An execution whose jobs of these keys failed for good."""
    execution = graph(*jobs, **options)
    run(execution, fail)
    return execution


def run(execution: Execution, fail: tuple[str, ...] = ()) -> list[str]:
    """Runs all that can run; returns the keys in order."""
    hand = Hand(f"hand {execution.pk}")
    ran: list[str] = []
    while claimed := hand.claim():
        for one in claimed:
            ran.append(one["key"])
            if one["key"] in fail:
                hand.end(one, outcome="fail")
            else:
                hand.complete(one, output={"of": execution.pk})
    assert nothing_left()
    return ran


def parents(execution: Execution, key: str) -> set[tuple[int, str]]:
    edges = JobDependency.objects.filter(child__execution=execution, child__key=key)
    return set(edges.values_list("parent__execution_id", "parent__key"))


DIAMOND = (job("load"), job("left", "load"), job("right", "load"), job("join", "left", "right"), job("after", "join"))


def test_what_failed_and_what_was_cancelled_for_it_runs_again() -> None:
    first = ended(*DIAMOND, fail=("right",), parallelism=2)
    assert states(first) == {"load": "completed", "left": "completed", "right": "failed"} | dict.fromkeys(
        ["join", "after"], "cancelled"
    )
    again = services.retry_failed(execution_id=first.pk)
    assert (again.rerun_of_id, again.workflow, again.parallelism, again.total) == (first.pk, "test", 2, 3)
    assert (again.status, again.admitted) == ("pending", 1)
    assert run(again) == ["right", "join", "after"]
    assert (status(again), status(first)) == ("completed", "failed")


def test_a_job_that_runs_again_still_knows_the_parents_that_completed_before() -> None:
    first = ended(*DIAMOND, fail=("right",))
    again = services.retry_failed(execution_id=first.pk)
    assert parents(again, "right") == {(first.pk, "load")}
    assert parents(again, "join") == {(first.pk, "left"), (again.pk, "right")}


def test_options_and_payload_are_those_of_the_first_time() -> None:
    first = ended(
        job("a", type="sleep", name="An A", payload={"n": 1}, priority="low", max_attempts=7, timeout_seconds=9.0),
        fail=("a",),
    )
    old, new = Job.objects.get(execution=first), Job.objects.get(execution=services.retry_failed(execution_id=first.pk))
    same = ("lane_id", "name", "payload", "max_attempts", "backoff_seconds", "timeout_seconds")
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert new.pk != old.pk


def test_a_cancelled_execution_can_be_retried() -> None:
    first = graph(job("a"), job("b", "a"))
    services.cancel(execution_id=first.pk, reason="changed my mind")
    assert run(services.retry_failed(execution_id=first.pk)) == ["a", "b"]


def test_a_re_run_can_be_re_run() -> None:
    first = ended(*DIAMOND, fail=("right",))
    second = services.retry_failed(execution_id=first.pk)
    assert run(second, fail=("join",)) == ["right", "join"]
    assert run(services.retry_failed(execution_id=second.pk)) == ["join", "after"]


def test_a_job_and_everything_below_it_runs_again() -> None:
    first = ended(*DIAMOND, job("beside", "load"))
    again = services.rerun_from(execution_id=first.pk, key="left")
    assert run(again) == ["left", "join", "after"]
    assert parents(again, "join") == {(first.pk, "right"), (again.pk, "left")}


def test_a_job_that_waits_for_what_did_not_complete_is_refused_and_named() -> None:
    first = ended(*DIAMOND, fail=("right",))
    with pytest.raises(Conflict) as caught:
        services.rerun_from(execution_id=first.pk, key="left")
    assert caught.value.code is ErrorCode.PARENT_NOT_COMPLETED
    assert caught.value.details == {"execution": f"exec-{first.pk}", "job": "join", "depends_on": "right"}


def test_a_failed_parent_that_may_be_ignored_does_no_harm() -> None:
    first = ended(job("a"), job("b", Dependency("a", "ignore")), fail=("a",))
    assert run(services.rerun_from(execution_id=first.pk, key="b")) == ["b"]


def test_what_a_job_added_is_added_by_it_again() -> None:
    first = graph(job("plan"))
    hand = Hand()
    (plan,) = hand.claim()
    add(hand, plan, job("part", "plan"), job("other"))
    hand.complete(plan)
    for one in hand.claim():
        hand.complete(one)
    again = services.rerun_from(execution_id=first.pk, key="plan")
    assert again.total == 1
    (plan,) = hand.claim()
    add(hand, plan, job("part", "plan"), job("other"))
    hand.complete(plan)
    assert keys(hand.claim()) == ["other", "part"]


def test_what_failed_among_added_jobs_is_retried_without_their_adder() -> None:
    first = graph(job("plan"))
    hand = Hand()
    (plan,) = hand.claim()
    add(hand, plan, job("part", "plan"))
    hand.complete(plan)
    hand.end(*hand.claim(), outcome="fail")
    assert run(services.retry_failed(execution_id=first.pk)) == ["part"]


def add(hand: Hand, claimed: dict[str, Any], *jobs: JobSpec) -> None:
    with own_session() as session:
        session.execute(
            "SELECT workers.add_jobs(%s, %s, %s, %s)", (claimed["fence"], claimed["job_id"], *encode(jobs)[:2])
        )


def test_nothing_failed_is_nothing_to_retry() -> None:
    first = ended(job("a"))
    with pytest.raises(Conflict) as caught:
        services.retry_failed(execution_id=first.pk)
    assert caught.value.code is ErrorCode.NOTHING_TO_RETRY


def test_an_execution_that_goes_on_is_not_re_run() -> None:
    first = graph(job("a"), job("b"))
    for again in (services.retry_failed, lambda **which: services.rerun_from(key="a", **which)):
        with pytest.raises(Conflict) as caught:
            again(execution_id=first.pk)
        assert caught.value.code is ErrorCode.EXECUTION_NOT_ENDED


def test_two_re_runs_at_once_are_one_too_many() -> None:
    first = ended(job("a"), fail=("a",))
    second = services.retry_failed(execution_id=first.pk)
    with pytest.raises(Conflict) as caught:
        services.retry_failed(execution_id=first.pk)
    assert caught.value.code is ErrorCode.EXECUTION_NOT_ENDED
    assert caught.value.details == {"execution": f"exec-{second.pk}"}
    run(second, fail=("a",))
    assert run(services.retry_failed(execution_id=first.pk)) == ["a"]


def test_unknown_executions_and_jobs_are_not_found() -> None:
    with pytest.raises(NotFound):
        services.retry_failed(execution_id=1)
    first = ended(job("a"))
    with pytest.raises(NotFound) as caught:
        services.rerun_from(execution_id=first.pk, key="b")
    assert caught.value.details == {"execution": f"exec-{first.pk}", "job": "b"}
