"""A claim that was taken away can do no harm."""

import threading

import pytest
from django.db import transaction

from project.postgres import sql
from project.postgres.errors import StaleClaim
from tests.workers.hands import Hand, beside, graph, job, own_session, states, status
from workers.models import FinishedJob, JobCheckpoint


def taken_away(max_attempts: int = 3) -> tuple[Hand, dict, Hand, dict]:
    """A claim whose time is over, and the next claim of the same job by another worker."""
    graph(job("a", max_attempts=max_attempts))
    late, prompt = Hand("late", lease_seconds=0.0), Hand("prompt")
    (stale,) = late.claim()
    prompt.sweep()
    (fresh,) = prompt.claim()
    return late, stale, prompt, fresh


def test_a_late_completion_is_refused_and_said_so() -> None:
    late, stale, prompt, fresh = taken_away()
    (answer,) = late.complete(stale, output="late")
    assert (answer["answer"], answer["job_id"], answer["fence"]) == ("refused", stale["job_id"], stale["fence"])
    assert prompt.complete(fresh, output="prompt") == []
    assert FinishedJob.objects.get().output == "prompt"


def test_a_late_completion_is_refused_after_the_job_finished() -> None:
    late, stale, prompt, fresh = taken_away()
    prompt.complete(fresh)
    assert late.complete(stale)[0]["answer"] == "refused"
    assert late.end(stale)[0]["answer"] == "refused"
    assert FinishedJob.objects.get().worker_id == prompt.id


def test_another_workers_claim_cannot_be_completed() -> None:
    graph(job("a"))
    (claimed,) = Hand("one").claim()
    assert Hand("two").complete(claimed)[0]["answer"] == "refused"
    assert not FinishedJob.objects.exists()


def test_completing_twice_counts_once() -> None:
    execution = graph(job("a"), job("b"))
    hand = Hand()
    one, _ = hand.claim()
    assert hand.complete(one) == []
    assert hand.complete(one)[0]["answer"] == "refused"
    assert (status(execution), execution.completed) == ("running", 1)


def test_parts_of_a_claim_finish_separately() -> None:
    execution = graph(*(job(str(n)) for n in range(10)))
    hand = Hand()
    jobs = hand.claim()
    assert len({one["fence"] for one in jobs}) == 1
    assert hand.complete(*jobs[:3]) == []
    assert hand.complete(*jobs[3:]) == []
    assert (status(execution), execution.completed) == ("completed", 10)


def test_refused_and_good_results_may_come_together() -> None:
    late, stale, _, _ = taken_away()
    graph(job("b"))
    (good,) = late.claim()
    answer = late.complete(stale, good)
    assert [one["job_id"] for one in answer] == [stale["job_id"]]
    assert FinishedJob.objects.get().job.key == "b"


def test_hold_lease_raises_for_a_claim_that_is_gone() -> None:
    _, stale, _, fresh = taken_away()
    with pytest.raises(StaleClaim):
        sql.routine("workers.hold_lease", stale["fence"], stale["job_id"])
    sql.routine("workers.hold_lease", fresh["fence"], fresh["job_id"])


def test_hold_lease_raises_for_a_job_of_another_claim() -> None:
    graph(job("a"), job("b"))
    hand = Hand()
    (one,), (other,) = hand.claim(1), hand.claim(1)
    with pytest.raises(StaleClaim):
        sql.routine("workers.hold_lease", one["fence"], other["job_id"])


def test_a_stale_checkpoint_is_refused() -> None:
    _, stale, _, _ = taken_away()
    with pytest.raises(StaleClaim):
        sql.routine("workers.save_checkpoint", stale["fence"], stale["job_id"], {"row": 1})
    assert not JobCheckpoint.objects.exists()


def test_a_chunk_that_holds_the_lease_keeps_the_sweep_away() -> None:
    graph(job("a"))
    hand = Hand("slow", lease_seconds=0.0)
    (claimed,) = hand.claim()
    with transaction.atomic():
        sql.routine("workers.hold_lease", claimed["fence"], claimed["job_id"])
        with own_session() as session:
            session.execute("SELECT workers.sweep()")
            assert session.execute("SELECT count(*) FROM lease").fetchone() == (1,)
    hand.sweep()
    assert sql.value("SELECT count(*) FROM lease") == 0


def test_a_chunk_of_one_job_holds_up_neither_heartbeat_nor_the_claims_other_jobs() -> None:
    execution = graph(job("a"), job("b"))
    hand = Hand()
    a, b = hand.claim()
    with own_session(autocommit=False) as session:
        session.execute("SELECT workers.hold_lease(%s, %s)", (a["fence"], a["job_id"]))
        done = threading.Event()

        def go_on() -> None:
            sql.routine("workers.extend_leases", hand.id, [a["fence"]])
            hand.complete(b)
            done.set()

        thread = beside(go_on)
        assert done.wait(60)
        thread.join()
    assert states(execution) == {"b": "completed"}


def test_extending_tells_what_is_still_held() -> None:
    graph(*(job(str(n)) for n in range(3)))
    hand = Hand(lease_seconds=60)
    one, two, three = hand.claim()
    hand.complete(two)
    (held,) = sql.routine("workers.extend_leases", hand.id, [one["fence"], one["fence"] + 1000])
    assert (held["fence"], held["jobs"]) == (one["fence"], [one["job_id"], three["job_id"]])
    assert sql.routine("workers.extend_leases", hand.id + 1, [one["fence"]]) == []
