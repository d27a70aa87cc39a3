"""Who waits for whom, and what becomes of those whose parents fail."""

import pytest

from tests.workers.hands import Hand, beside, graph, job, keys, nothing_left, own_session, states, status
from workers.models import FinishedJob, Ready
from workers.services import Dependency


def test_a_diamond_runs_once_and_in_order() -> None:
    execution = graph(job("top"), job("left", "top"), job("right", "top"), job("bottom", "left", "right"))
    hand = Hand()
    (top,) = hand.claim()
    assert top["key"] == "top"
    left, right = hand.complete(top, slots=10)
    assert hand.complete(left, slots=10) == []
    (bottom,) = hand.complete(right, slots=10)
    assert bottom["key"] == "bottom"
    hand.complete(bottom)
    assert (status(execution), execution.completed) == ("completed", 4)
    assert nothing_left()


def test_parents_finished_by_one_poll_open_a_shared_child_once() -> None:
    graph(*(job(str(n)) for n in range(50)), job("child", *(str(n) for n in range(50))))
    hand = Hand()
    parents = hand.claim()
    assert keys(hand.complete(*parents, slots=10)) == ["child"]


def test_parents_finished_by_two_sessions_at_once_open_a_shared_child_once() -> None:
    """The later of two completions must see the earlier one, though both began before either ended."""
    graph(job("a"), job("b"), job("child", "a", "b"))
    hand, other = Hand("one"), Hand("two")
    (first,), (second,) = hand.claim(1), other.claim(1)
    answers: list[list[dict[str, object]]] = []
    with own_session(autocommit=False) as session:
        session.execute(
            "SELECT * FROM workers.poll(%s, 0, %s::bigint[], %s::bigint[])",
            (hand.id, [first["job_id"]], [first["fence"]]),
        )
        thread = beside(lambda: answers.append(other.complete(second, slots=10)))
        thread.join(0.3)
        assert thread.is_alive(), "the second completion must wait for the first"
        session.commit()
        thread.join(10)
    assert keys(answers[0]) == ["child"]


def test_a_wide_fan_out_is_split_into_rows_of_a_hundred() -> None:
    graph(job("root"), *(job(str(n), "root") for n in range(250)))
    hand = Hand()
    hand.complete(*hand.claim())
    assert sorted(len(row.ids) for row in Ready.objects.all()) == [50, 100, 100]


@pytest.mark.parametrize("policy", ["cancel", "fail"])
def test_a_dependent_follows_its_policy_and_passes_it_on(policy: str) -> None:
    execution = graph(job("a"), job("b", Dependency("a", policy)), job("c", "b"), job("d", Dependency("c", "fail")))
    hand = Hand()
    hand.end(*hand.claim(), outcome="fail", error="no such file")
    ended = {"cancel": "cancelled", "fail": "failed"}[policy]
    assert states(execution) == {"a": "failed", "b": ended, "c": "cancelled", "d": "failed"}
    assert (status(execution), execution.failed + execution.cancelled) == ("failed", 4)
    assert FinishedJob.objects.get(job__key="b").error == 'not run: dependency "a" did not complete'
    assert nothing_left()


def test_ignore_runs_the_dependent_whatever_happened() -> None:
    execution = graph(
        job("good"),
        job("bad"),
        job("skipped", "bad"),
        job("settle", *(Dependency(key, "ignore") for key in ("good", "bad", "skipped"))),
    )
    hand = Hand()
    good, bad = sorted(hand.claim(), key=lambda one: one["key"] != "good")
    assert hand.complete(good, slots=10) == []
    (settle,) = hand.end(bad, outcome="fail", slots=10)
    hand.complete(settle)
    assert states(execution) == {"good": "completed", "bad": "failed", "skipped": "cancelled", "settle": "completed"}
    assert status(execution) == "failed"


def test_one_failed_parent_ends_a_job_though_others_still_run() -> None:
    execution = graph(job("bad"), job("slow"), job("child", "bad", "slow"), job("after", Dependency("child", "ignore")))
    hand = Hand()
    bad, slow = sorted(hand.claim(), key=lambda one: one["key"])
    assert keys(hand.end(bad, outcome="fail", slots=10)) == ["after"]
    assert states(execution)["child"] == "cancelled"
    assert hand.complete(slow) == []
    assert execution.total == 4


def test_fail_goes_before_cancel_when_both_apply() -> None:
    execution = graph(job("a"), job("b"), job("child", Dependency("a", "cancel"), Dependency("b", "fail")))
    hand = Hand()
    hand.end(*hand.claim(), outcome="fail")
    assert states(execution)["child"] == "failed"


def test_an_execution_that_only_lost_jobs_to_failure_is_failed() -> None:
    execution = graph(job("a"), job("b", "a"))
    hand = Hand()
    hand.end(*hand.claim(), outcome="fail")
    assert (status(execution), execution.failed, execution.cancelled) == ("failed", 1, 1)
    assert execution.completed_at is not None
