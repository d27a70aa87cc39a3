"""Lost workers: their work goes on elsewhere, and the loss counts as an attempt."""

import pytest

from project.api.errors import ErrorCode, NotFound
from project.postgres import sql
from tests.workers.hands import Hand, graph, job, own_session, states, status
from workers import queries
from workers.claims import poll
from workers.models import JobAttempt, Worker

REGISTER = "SELECT workers.register_worker(%s, 'test', 1, 4, '{default}', NULL, 30, true)"
CLAIM = "SELECT jobs, fence FROM workers.poll(%s, 10)"


def test_a_worker_whose_session_ended_loses_its_claims_at_once() -> None:
    graph(job("a"))
    with own_session() as session:
        worker_id = session.execute(REGISTER, ("mortal",)).fetchone()[0]
        assert len(session.execute(CLAIM, (worker_id,)).fetchall()) == 1
        hand = Hand()
        hand.sweep()
        assert hand.claim() == [], "a living session keeps its claims"
    while queries.live_workers()[0].name == "mortal":
        pass
    hand.sweep()
    (claimed,) = hand.claim()
    assert (claimed["attempt"], claimed["last_error"]) == (2, "worker lost: session ended")
    assert JobAttempt.objects.get().worker_id == worker_id


def test_a_claim_whose_time_is_over_goes_back() -> None:
    graph(job("a"))
    silent, hand = Hand("silent", lease_seconds=0.0), Hand()
    silent.claim()
    hand.sweep()
    (claimed,) = hand.claim()
    assert (claimed["attempt"], claimed["last_error"]) == (2, "worker lost: lease expired")


def test_a_heartbeat_keeps_a_claim() -> None:
    graph(job("a"))
    hand, other = Hand(lease_seconds=60), Hand("other")
    (claimed,) = hand.claim()
    sql.execute("UPDATE lease SET until = now() - interval '1 second'")
    sql.routine("workers.extend_leases", hand.id, [claimed["fence"]])
    other.sweep()
    assert other.claim() == []


def test_a_lost_last_attempt_fails_the_job_and_tells_its_dependents() -> None:
    execution = graph(job("a", max_attempts=1), job("b", "a"))
    Hand("silent", lease_seconds=0.0).claim()
    Hand().sweep()
    assert states(execution) == {"a": "failed", "b": "cancelled"}
    assert status(execution) == "failed"


def test_any_poll_may_sweep_and_claim_what_it_found() -> None:
    graph(*(job(str(n)) for n in range(5)))
    Hand("silent", lease_seconds=0.0).claim()
    hand = Hand()
    found = poll(sql.rows, hand.id, 10, sweep=True)
    assert sorted(claim.key for claim in found.claims) == list("01234")


def test_a_stopped_worker_gives_its_jobs_back_and_no_attempt_is_counted() -> None:
    graph(job("a", max_attempts=1))
    leaving, hand = Hand("leaving"), Hand()
    leaving.claim()
    sql.routine("workers.deregister_worker", leaving.id, "stopped")
    (claimed,) = hand.claim()
    assert claimed["attempt"] == 1
    assert Worker.objects.get(pk=leaving.id).stop_reason == "stopped"


def test_claims_that_a_worker_never_learned_of_go_back() -> None:
    graph(job("known", max_attempts=1), job("lost", max_attempts=1))
    hand, other = Hand(), Hand("other")
    (known,), (lost,) = hand.claim(1), hand.claim(1)
    sql.routine("workers.release_claims", hand.id, [known["fence"]])
    (claimed,) = other.claim()
    assert (claimed["key"], claimed["attempt"]) == (lost["key"], 1)
    assert hand.complete(known) == []


def test_a_stopped_worker_is_told_to_register_again() -> None:
    leaving = Hand("leaving")
    sql.routine("workers.deregister_worker", leaving.id, "stopped")
    assert sql.routine_value("workers.heartbeat", leaving.id, 0, 0.0, 0.0) is False
    with pytest.raises(NotFound) as caught:
        leaving.claim()
    assert caught.value.code is ErrorCode.WORKER_NOT_REGISTERED


def test_a_namesake_takes_over_and_the_old_claims_are_fenced_off() -> None:
    graph(job("a"))
    old = Hand("same")
    (stale,) = old.claim()
    new = Hand("same")
    new.sweep()
    (claimed,) = new.claim()
    assert claimed["attempt"] == 2
    assert old.complete(stale)[0]["answer"] == "refused"


def test_live_workers_are_those_with_a_session_or_a_fresh_heartbeat() -> None:
    Hand("gone", slots=3, lease_seconds=0.0)
    fresh = Hand("fresh", slots=5)
    with own_session() as session:
        session.execute(REGISTER, ("session",))
        sql.execute("UPDATE worker SET last_heartbeat = now() - interval '1 hour' WHERE name = 'session'")
        assert [worker.name for worker in queries.live_workers()] == ["fresh", "session"]
        assert queries.slots_alive() == 9
    sql.routine("workers.heartbeat", fresh.id, 1, 12.0, 80.0)
    seen = next(worker for worker in queries.live_workers() if worker.name == "fresh")
    assert (seen.current_load, seen.cpu_percent, seen.memory_mb) == (1, 12.0, 80.0)


def test_the_sweep_closes_registrations_of_the_long_gone() -> None:
    Hand("gone", lease_seconds=1.0)
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '1 hour'")
    Hand("fresh")
    sql.routine("workers.sweep")
    assert Worker.objects.get(name="gone").stop_reason == "lost"
    assert Worker.objects.get(name="fresh").stopped_at is None


def test_a_worker_resumes_in_a_new_session_unless_it_was_given_up() -> None:
    with own_session() as session:
        worker_id = session.execute(REGISTER, ("mortal",)).fetchone()[0]
        with own_session() as early:
            assert early.execute("SELECT workers.resume_worker(%s)", (worker_id,)).fetchone() == (False,)
    with own_session() as later:
        while later.execute("SELECT workers.resume_worker(%s)", (worker_id,)).fetchone() == (False,):
            pass
        sql.routine("workers.deregister_worker", worker_id, "stopped")
    with own_session() as last:
        assert last.execute("SELECT workers.resume_worker(%s)", (worker_id,)).fetchone() == (False,)
