"""The class `idle`: claimed while no other job is due that the same worker could take."""

from datetime import timedelta

import pytest

from project.api.errors import InvalidRequest
from project.postgres import sql
from tests.workers.hands import Hand, graph, job, keys
from workers import queries
from workers.queries import ReasonKind
from workers.queries.queue_states import queue_state
from workers.services import queues

MANY = 70  # more lanes than are looked into one by one
OLD = timedelta(days=3650)


def aged(key: str, age: timedelta = OLD) -> None:
    sql.execute(
        "UPDATE ready SET run_at = now() - %s WHERE ids @> ARRAY(SELECT id FROM job WHERE key = %s)", [age, key]
    )


@pytest.fixture(params=[False, True], ids=["few lanes", "many lanes"])
def lanes(request: pytest.FixtureRequest, database: None) -> None:
    """What else a worker serves: nothing, or more lanes than it looks into one by one."""
    if request.param:
        graph(*(job(f"other-{number}", type=f"type-{number}", delay_seconds=3600) for number in range(MANY)))


def test_an_idle_job_goes_behind_all_others_however_old_it_is(lanes: None) -> None:
    graph(job("idle", priority="idle"))
    aged("idle")
    graph(job("low", priority="low", type="b"), job("normal"), job("urgent", priority="urgent", type="c"))
    hand = Hand()
    assert [hand.claim(1)[0]["key"] for _ in range(4)] == ["urgent", "normal", "low", "idle"]


def test_what_becomes_due_later_still_goes_first(lanes: None) -> None:
    graph(*(job(f"idle-{number}", priority="idle") for number in range(3)))
    aged("idle-0")
    hand = Hand()
    for number in range(5):
        graph(job(f"normal-{number}"))
        assert keys(hand.claim(1)) == [f"normal-{number}"]
    assert len(hand.claim(10)) == 3


def test_free_slots_that_are_left_take_idle_jobs_too(lanes: None) -> None:
    graph(job("idle", priority="idle"), job("normal"))
    assert keys(Hand().claim(2)) == ["idle", "normal"]


def test_idle_jobs_go_by_their_age(lanes: None) -> None:
    graph(job("young", priority="idle"))
    graph(job("old", priority="idle", type="b"))
    aged("old")
    hand = Hand()
    assert [hand.claim(1)[0]["key"] for _ in range(2)] == ["old", "young"]


def test_jobs_of_other_queues_go_first_where_the_worker_serves_them(database: None) -> None:
    graph(job("idle", priority="idle"))
    graph(job("elsewhere", queue="reports"))
    assert keys(Hand("of default", queues=["default"]).claim(1)) == ["idle"]
    graph(job("idle-2", priority="idle"))
    assert keys(Hand("of all").claim(1)) == ["elsewhere"]


def test_jobs_that_can_not_run_now_hold_nothing_up(database: None) -> None:
    graph(job("later", delay_seconds=60), job("gpu", requires=("gpu",)), job("paused", queue="reports"))
    queues.pause(queue="reports", reason="a test")
    graph(job("idle", priority="idle"))
    assert keys(Hand().claim(1)) == ["idle"]


def test_a_long_horizon_changes_nothing(database: None) -> None:
    queues.change_queue(name="default", horizon_seconds=365 * 86400.0)
    graph(job("idle", priority="idle"))
    aged("idle")
    graph(job("low", priority="low", type="b"))
    assert keys(Hand().claim(1)) == ["low"]


def test_whoever_asks_is_told_what_it_waits_for(database: None) -> None:
    execution = graph(job("idle", priority="idle"), job("a"), job("b", priority="low"))
    aged("idle")
    Hand()
    (reason,) = queries.explain_job(execution.pk, "idle")
    assert (reason.kind, reason.details["before"], reason.details["notOvertakenAfter"]) == (
        ReasonKind.WAITING_TURN,
        2,
        None,
    )
    assert "only while no other job waits that the same workers could take" in reason.text
    assert queries.explain_job(execution.pk, "b")[0].details["before"] == 1
    texts = [one.text for one in queries.explain_execution(execution.pk)]
    assert any(text.startswith("Priority idle: only while no other job waits") for text in texts)


def test_classes_are_named_the_lightest_last(database: None) -> None:
    with pytest.raises(InvalidRequest, match="urgent, high, normal, low, idle"):
        graph(job("a", priority="idler"))
    graph(job("a", priority="idle"), job("b", priority="urgent"))
    assert list(queue_state("default").by_priority) == ["urgent", "idle"]
