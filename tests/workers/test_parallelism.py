"""An execution's parallelism holds exactly, whoever claims."""

from datetime import timedelta

from django.utils import timezone

from project.postgres import sql
from tests.workers.hands import Hand, beside, graph, job, keys, nothing_left, status
from workers.models import Execution


def active(execution: Execution) -> int:
    return sql.value("SELECT count(*) FROM lease l, unnest(l.executions) e(id) WHERE e.id = %s", [execution.pk])


def test_no_more_jobs_run_than_allowed_and_the_next_follow_at_once() -> None:
    execution = graph(*(job(str(n)) for n in range(250)), parallelism=3)
    hand, other = Hand("one"), Hand("two")
    running = hand.claim(2) + other.claim(100)
    assert len(running) == 3
    assert other.claim() == []
    finished = 0
    while running:
        batch = [one for one in running if one["fence"] == running[0]["fence"]]
        owner = (
            hand if sql.value("SELECT worker_id FROM lease WHERE id = %s", [batch[0]["fence"]]) == hand.id else other
        )
        owner.complete(*batch)
        finished += len(batch)
        running = [one for one in running if one not in batch] + other.claim(100)
        assert len(running) == active(execution) == min(3, 250 - finished)
    assert (status(execution), execution.completed, execution.admitted) == ("completed", 250, 0)
    assert nothing_left()


def test_it_holds_when_many_sessions_claim_and_finish_at_once() -> None:
    execution = graph(*(job(str(n)) for n in range(300)), parallelism=4)
    most: list[int] = []

    def work(hand: Hand) -> None:
        while status(Execution.objects.get(pk=execution.pk)) in {"pending", "running"}:
            jobs = hand.claim(5)
            most.append(active(execution))
            if jobs:
                hand.complete(*jobs)

    threads = [beside(work, Hand(f"hand {n}")) for n in range(4)]
    for thread in threads:
        thread.join(60)
    assert max(most) <= 4
    assert (status(execution), execution.completed) == ("completed", 300)


def test_dependents_are_held_as_well() -> None:
    execution = graph(job("root"), *(job(str(n), "root") for n in range(10)), parallelism=2)
    hand = Hand()
    hand.complete(*hand.claim())
    assert len(hand.claim()) == 2
    assert active(execution) == 2


def test_a_retry_gives_its_place_away_while_it_waits() -> None:
    execution = graph(job("a", backoff_seconds=1000), job("b"), parallelism=1)
    hand = Hand()
    assert keys(hand.claim()) == ["a"]
    sql_lease = sql.row("SELECT id AS fence, ids[1] AS job_id FROM lease")
    hand.end(sql_lease)
    assert keys(hand.claim()) == ["b"]
    assert active(execution) == 1


def test_a_held_job_that_becomes_due_is_admitted_by_the_sweep() -> None:
    graph(job("later", run_at=timezone.now() + timedelta(hours=1)), parallelism=1)
    hand = Hand()
    hand.sweep()
    assert hand.claim() == []
    sql.execute("UPDATE held SET run_at = now() - interval '1 second'")
    hand.sweep()
    assert keys(hand.claim()) == ["later"]


def test_a_lost_worker_frees_its_place() -> None:
    execution = graph(job("a"), job("b"), parallelism=1)
    Hand("silent", lease_seconds=0.0).claim()
    hand = Hand()
    hand.sweep()
    assert len(hand.claim()) == 1
    assert active(execution) == 1
    execution.refresh_from_db()
    assert execution.admitted == 1


def test_executions_do_not_hold_up_each_other() -> None:
    graph(*(job(f"slow {n}") for n in range(5)), parallelism=1)
    graph(*(job(f"free {n}") for n in range(5)))
    assert len(Hand().claim()) == 6
