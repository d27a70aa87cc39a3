"""Cancelling: waiting jobs at once, active ones by their claims."""

import pytest

from project.api.errors import NotFound
from project.postgres import sql
from project.postgres.errors import StaleClaim
from tests.workers.hands import Hand, beside, graph, job, nothing_left, own_session, states, status, wait_for
from workers import services
from workers.models import FinishedJob
from workers.services import Dependency


@pytest.mark.parametrize("parallelism", [None, 2])
def test_every_job_that_is_not_finished_is_cancelled(parallelism: int | None) -> None:
    execution = graph(
        job("done"),
        job("active"),
        job("waiting"),
        job("blocked", "waiting"),
        job("ignoring", Dependency("waiting", "ignore")),
        parallelism=parallelism,
    )
    hand = Hand()
    done, active = hand.claim(2)
    hand.complete(done)
    services.cancel(execution_id=execution.pk, reason="wrong month")
    ended = states(execution)
    assert ended.pop(done["key"]) == "completed"
    assert set(ended.values()) == {"cancelled"}
    assert len(ended) == 4
    assert (status(execution), execution.completed, execution.cancelled) == ("cancelled", 1, 4)
    assert execution.completed_at is not None
    assert FinishedJob.objects.filter(error="cancelled: wrong month").count() == 4
    assert nothing_left()
    with pytest.raises(StaleClaim):
        sql.routine("workers.hold_lease", active["fence"], active["job_id"])
    assert hand.complete(active)[0]["answer"] == "refused"


def test_other_executions_in_the_same_claim_go_on() -> None:
    doomed, other = graph(job("a")), graph(job("b"))
    hand = Hand()
    jobs = hand.claim()
    assert len({one["fence"] for one in jobs}) == 1
    services.cancel(execution_id=doomed.pk, reason="no")
    assert len(hand.complete(*jobs)) == 1
    assert (status(doomed), status(other)) == ("cancelled", "completed")


def test_cancelling_waits_for_a_running_chunk() -> None:
    execution = graph(job("a"))
    (claimed,) = Hand().claim()
    with own_session(autocommit=False) as session:
        session.execute("SELECT workers.hold_lease(%s, %s)", (claimed["fence"], claimed["job_id"]))
        thread = beside(services.cancel, execution_id=execution.pk, reason="stop")
        thread.join(0.3)
        assert thread.is_alive()
        session.commit()
        thread.join(60)
    assert status(execution) == "cancelled"


def test_what_another_transaction_moves_meanwhile_follows_with_the_sweep() -> None:
    execution = graph(job("a"), job("b"))
    hand = Hand()
    with own_session(autocommit=False) as session:
        (claimed,) = hand.claim(1, session=session)
        session.execute("SELECT set_config('lock_timeout', '1s', false)")
        thread = beside(services.cancel, execution_id=execution.pk, reason="stop")
        thread.join(0.3)
        session.commit()
        thread.join(60)
    execution.refresh_from_db()
    assert execution.cancel_requested_at is not None
    with pytest.raises(StaleClaim):
        sql.routine("workers.hold_lease", claimed["fence"], claimed["job_id"])
    hand.sweep()
    assert (status(execution), states(execution)) == ("cancelled", {"a": "cancelled", "b": "cancelled"})
    assert nothing_left()


def test_rows_that_were_locked_are_cancelled_by_the_sweep() -> None:
    execution = graph(job("a"), job("b", type="sleep"), job("c", "a"))
    with own_session(autocommit=False) as session:
        session.execute("SELECT FROM ready WHERE lane_id = (SELECT min(lane_id) FROM ready) FOR UPDATE")
        services.cancel(execution_id=execution.pk, reason="stop")
        session.commit()
    assert (status(execution), len(states(execution))) == ("pending", 2)
    Hand().sweep()
    assert (status(execution), set(states(execution).values())) == ("cancelled", {"cancelled"})
    assert nothing_left()


def test_cancelling_twice_and_cancelling_what_ended_changes_nothing() -> None:
    execution, ended = graph(job("a")), graph(job("b"))
    hand = Hand()
    hand.complete(*(one for one in hand.claim() if one["key"] == "b"))
    services.cancel(execution_id=execution.pk, reason="first")
    services.cancel(execution_id=execution.pk, reason="second")
    services.cancel(execution_id=ended.pk, reason="late")
    execution.refresh_from_db()
    assert (execution.status, execution.cancel_reason, execution.cancelled) == ("cancelled", "first", 1)
    assert status(ended) == "completed"
    assert ended.cancel_requested_at is None


def test_an_unknown_execution_cannot_be_cancelled() -> None:
    with pytest.raises(NotFound):
        services.cancel(execution_id=987_654_321, reason="no")


def test_cancelling_tells_the_workers() -> None:
    execution = graph(job("a"))
    with own_session() as session:
        session.execute("LISTEN workers_cancelled")
        services.cancel(execution_id=execution.pk, reason="stop")
        heard = [notice.payload for notice in session.notifies(timeout=60, stop_after=1)]
    assert heard == [str(execution.pk)]


def test_cancelling_and_completing_at_once_never_deadlock() -> None:
    """Two threads complete while a third cancels, many times: each job ends once, each execution ends."""
    executions = [graph(*(job(f"{n}"), job(f"{n} child", f"{n}"))) for n in range(30)]

    def work(hand: Hand) -> None:
        while jobs := hand.claim(3):
            hand.complete(*jobs)

    threads = [beside(work, Hand(name)) for name in ("one", "two")]
    for execution in executions:
        services.cancel(execution_id=execution.pk, reason="race")
    for thread in threads:
        thread.join(30)
    sweeper = Hand("sweeper")

    def all_ended() -> bool:
        sweeper.sweep()
        return all(status(execution) in {"completed", "cancelled"} for execution in executions)

    wait_for(all_ended, "every execution ended")
    assert nothing_left()
