"""A handler adds jobs to its own execution."""

from typing import Any

import pytest

from project.api.errors import ErrorCode, InvalidRequest
from project.postgres.errors import StaleClaim
from tests.workers.hands import Hand, beside, graph, job, keys, nothing_left, own_session, states, status
from workers.handlers import Claim
from workers.services import Dependency, add_jobs
from workers.services.encoding import encode


def claim_of(record: dict[str, Any]) -> Claim:
    fields = ("job_id", "execution_id", "key", "type", "payload", "attempt", "fence")
    return Claim(worker_id=0, **{name: record[name] for name in fields})


@pytest.mark.parametrize("parallelism", [None, 1])
def test_added_jobs_run_in_the_same_execution(parallelism: int | None) -> None:
    execution = graph(job("plan"), parallelism=parallelism)
    hand = Hand()
    (plan,) = hand.claim()
    add_jobs(claim=claim_of(plan), jobs=[job("post 1", "plan"), job("post 2", "post 1"), job("settle", "post 2")])
    assert (status(execution), execution.total) == ("running", 4)
    assert hand.claim() == [], "they wait for the job that added them"
    order = []
    jobs = [plan]
    while jobs:
        order += keys(jobs)
        assert hand.complete(*jobs) == []
        jobs = hand.claim()
    assert order == ["plan", "post 1", "post 2", "settle"]
    assert (status(execution), execution.completed) == ("completed", 4)
    assert nothing_left()


def test_they_may_depend_on_jobs_wherever_these_are() -> None:
    execution = graph(
        job("done"),
        job("active"),
        job("adder"),
        job("waiting", type="sleep"),
        job("blocked", "waiting"),
    )
    hand, idle = Hand("one", types=["noop"]), Hand("two")
    records = {record["key"]: record for record in hand.claim()}
    hand.complete(records["done"])
    parents = ("done", "active", "adder", "waiting", "blocked")
    add_jobs(claim=claim_of(records["adder"]), jobs=[job("last", *parents)])
    hand.complete(records["active"], records["adder"])
    (waiting,) = idle.claim()
    (blocked,) = idle.complete(waiting, slots=10)
    (last,) = idle.complete(blocked, slots=10)
    assert last["key"] == "last"
    idle.complete(last)
    assert status(execution) == "completed"


def test_parents_that_have_failed_already_count_by_their_policy() -> None:
    execution = graph(job("bad"), job("adder"))
    hand = Hand()
    records = {record["key"]: record for record in hand.claim()}
    hand.end(records["bad"], outcome="fail")
    add_jobs(
        claim=claim_of(records["adder"]),
        jobs=[
            job("cancelled", "bad"),
            job("failed", Dependency("bad", "fail")),
            job("after", Dependency("cancelled", "ignore"), Dependency("bad", "ignore")),
            job("below", "failed"),
        ],
    )
    after = hand.claim()
    assert keys(after) == ["after"]
    hand.complete(records["adder"], *after)
    assert states(execution) == {
        "bad": "failed",
        "adder": "completed",
        "cancelled": "cancelled",
        "failed": "failed",
        "below": "cancelled",
        "after": "completed",
    }
    assert (status(execution), execution.total) == ("failed", 6)


def test_a_parent_that_finishes_meanwhile_is_not_missed() -> None:
    """The completion of the parent waits for the adding transaction, and then finds the new edge."""
    graph(job("adder"), job("parent"))
    hand, other = Hand("one"), Hand("two")
    (adder,), (parent,) = hand.claim(1), other.claim(1)
    answers: list[list[dict[str, Any]]] = []
    with own_session(autocommit=False) as session:
        added = encode([job("child", parent["key"])])
        session.execute("SELECT workers.add_jobs(%s, %s, %s, %s)", (adder["fence"], adder["job_id"], *added[:2]))
        thread = beside(lambda: answers.append(other.complete(parent, slots=10)))
        thread.join(0.3)
        assert thread.is_alive()
        session.commit()
        thread.join(10)
    assert keys(answers[0]) == ["child"]


def test_a_stale_claim_adds_nothing() -> None:
    execution = graph(job("a"))
    late = Hand("late", lease_seconds=0.0)
    (stale,) = late.claim()
    Hand().sweep()
    with pytest.raises(StaleClaim):
        add_jobs(claim=claim_of(stale), jobs=[job("b")])
    execution.refresh_from_db()
    assert execution.total == 1


@pytest.mark.parametrize(
    ("jobs", "code"),
    [
        ([], ErrorCode.NO_JOBS),
        ([job("a")], ErrorCode.DUPLICATE_JOB),
        ([job("b", "nobody")], ErrorCode.UNKNOWN_DEPENDENCY),
        ([job("b", "c"), job("c", "b")], ErrorCode.DEPENDENCY_CYCLE),
    ],
)
def test_what_a_submission_refuses_is_refused_here_too(jobs: list[Any], code: ErrorCode) -> None:
    graph(job("a"))
    (claimed,) = Hand().claim()
    with pytest.raises(InvalidRequest) as caught:
        add_jobs(claim=claim_of(claimed), jobs=jobs)
    assert caught.value.code is code
