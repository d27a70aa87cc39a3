"""Why a job is not running: each reason, with what a person needs to act on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from psycopg.types.json import Jsonb

from project.api.errors import NotFound
from project.postgres import sql
from tests.workers.hands import Hand, graph, job
from workers import queries, services
from workers.models import Execution, Queue, QueuePause
from workers.queries import Reason, ReasonKind


def kinds(execution: Execution, key: str = "a") -> list[ReasonKind]:
    return [reason.kind for reason in queries.explain_job(execution.pk, key)]


def only(execution: Execution, kind: ReasonKind, key: str = "a") -> Reason:
    (reason,) = queries.explain_job(execution.pk, key)
    assert reason.kind is kind
    return reason


def states(worker: Hand, *capabilities: str, **metadata: Any) -> None:
    sql.execute(
        "UPDATE worker SET capabilities = %s, metadata = %s WHERE id = %s",
        [list(capabilities), Jsonb(metadata), worker.id],
    )


def test_a_due_job_waits_for_its_turn_and_knows_its_place() -> None:
    execution = graph(job("urgent", priority="urgent"), *(job(str(n)) for n in range(250)), job("low", priority="low"))
    Hand()
    reason = only(execution, ReasonKind.WAITING_TURN, "249")
    assert reason.details["before"] == 250
    assert "1 live worker can run it" in reason.text
    assert only(execution, ReasonKind.WAITING_TURN, "urgent").details["before"] == 0
    assert only(execution, ReasonKind.WAITING_TURN, "low").details["before"] == 251


def test_nothing_that_becomes_due_after_the_bound_overtakes() -> None:
    execution = graph(job("a", priority="low"))
    Hand()
    details = only(execution, ReasonKind.WAITING_TURN).details
    # the weights are 1 and 0.25, the horizon is ten minutes
    assert details["notOvertakenAfter"] - details["dueAt"] == timedelta(minutes=7.5)


def test_without_workers_it_says_how_to_start_one() -> None:
    reason = only(graph(job("a")), ReasonKind.NO_CAPABLE_WORKER)
    assert "manage.py run_workers" in reason.text


def test_a_queue_that_nobody_serves_is_named() -> None:
    execution = graph(job("a", queue="reports"))
    Hand(queues=["default"])
    assert 'No live worker serves queue "reports"' in only(execution, ReasonKind.NO_CAPABLE_WORKER).text


def test_a_type_that_nobody_handles_is_named() -> None:
    execution = graph(job("a", type="paint"))
    Hand("one", queues=["other"])
    Hand("two", types=["noop"], queues=["default"])
    reason = only(execution, ReasonKind.NO_CAPABLE_WORKER)
    assert 'has a handler for type "paint"' in reason.text
    assert reason.details["nearestWorker"] == "two"


def test_the_nearest_worker_and_what_it_lacks_are_named() -> None:
    execution = graph(job("a", requires=("gpu", "memoryGB >= 32", "zone = b")))
    near, far = Hand("near", queues=["default"]), Hand("far", queues=["default"])
    states(near, "gpu", memoryGB=16, zone="b")
    states(far, memoryGB=8)
    reason = only(execution, ReasonKind.NO_CAPABLE_WORKER)
    assert reason.details["nearestWorker"] == "near"
    assert reason.details["lacks"] == ["memoryGB >= 32 (it has 16)"]
    assert reason.details["requires"] == ["gpu", "memoryGB >= 32", "zone = b"]
    states(near, "gpu", memoryGB=32, zone="b")
    assert kinds(execution) == [ReasonKind.WAITING_TURN]


@pytest.mark.parametrize("name", [None, "default"])
def test_a_pause_says_who_why_and_until_when(name: str | None) -> None:
    execution = graph(job("a"))
    Hand()
    until = timezone.now() + timedelta(hours=1)
    queue = Queue.objects.get(name=name) if name else None
    QueuePause.objects.create(queue=queue, paused_by="ann", reason="the disk is full", until=until)
    reason = only(execution, ReasonKind.PAUSED)
    assert reason.details == {
        "queue": name,
        "by": "ann",
        "reason": "the disk is full",
        "since": QueuePause.objects.get().paused_at,
        "until": until,
    }
    assert "ann" in reason.text
    assert "the disk is full" in reason.text
    QueuePause.objects.update(until=timezone.now())
    assert kinds(execution) == [ReasonKind.WAITING_TURN]


def test_a_queue_at_its_limit_says_so() -> None:
    execution = graph(job("a"), job("b"))
    Queue.objects.update(concurrency=1)
    (claimed,) = Hand().claim()
    other = "b" if claimed["key"] == "a" else "a"
    assert only(execution, ReasonKind.CONCURRENCY_LIMIT, other).details == {
        "queue": "default",
        "concurrency": 1,
        "active": 1,
    }


def test_a_rate_limit_says_when_the_next_may_start() -> None:
    execution = graph(job("a"), job("b"))
    Queue.objects.update(rate_limit=1, rate_seconds=60)
    hand = Hand()
    (claimed,) = hand.claim()
    hand.complete(claimed)
    other = "b" if claimed["key"] == "a" else "a"
    until = only(execution, ReasonKind.RATE_LIMIT, other).details["until"]
    assert timedelta(seconds=50) < until - timezone.now() <= timedelta(seconds=60)
    sql.execute("UPDATE queue SET window_started_at = now() - interval '2 minutes'")
    assert kinds(execution, other) == [ReasonKind.WAITING_TURN]


def test_parallelism_holds_back() -> None:
    execution = graph(job("a"), job("b"), parallelism=1)
    Hand()
    assert kinds(execution, "a") == [ReasonKind.WAITING_TURN]
    assert only(execution, ReasonKind.PARALLELISM, "b").details == {"parallelism": 1}


def test_a_dependency_names_the_parents_that_are_open() -> None:
    execution = graph(job("done"), job("open", delay_seconds=60), job("a", "done", "open"))
    hand = Hand()
    hand.complete(*hand.claim())
    reason = only(execution, ReasonKind.DEPENDENCY)
    assert reason.text == 'Waits for "open" (delayed).'
    assert reason.details == {"open": 1, "dependsOn": ["open"]}


def test_many_open_parents_are_counted() -> None:
    execution = graph(*(job(f"p{n}") for n in range(30)), job("a", *(f"p{n}" for n in range(30))))
    Hand()
    assert only(execution, ReasonKind.DEPENDENCY).text.endswith("and 20 more.")


def test_a_delay_says_until_when_and_what_went_wrong_before() -> None:
    execution = graph(job("a", backoff_seconds=60))
    hand = Hand()
    hand.end(*hand.claim(), error="no disk")
    reason = only(execution, ReasonKind.DELAYED)
    assert "Attempt 1 failed: no disk" in reason.text
    assert reason.details["until"] > timezone.now()


def test_a_blocked_job_that_nobody_could_run_says_both() -> None:
    execution = graph(job("first"), job("a", "first", type="paint"))
    Hand(types=["noop"], queues=["default"])
    assert kinds(execution) == [ReasonKind.DEPENDENCY, ReasonKind.NO_CAPABLE_WORKER]


def test_a_running_job_says_where_and_since_when() -> None:
    execution = graph(job("a"))
    Hand("one").claim()
    reason = only(execution, ReasonKind.RUNNING)
    assert 'worker "one"' in reason.text
    assert "attempt 1 of 3" in reason.text


def test_a_job_of_a_silent_worker_is_leased_until() -> None:
    execution = graph(job("a"))
    Hand("one").claim()
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '1 hour'")
    assert only(execution, ReasonKind.LEASED).details["worker"] == "one"


def test_an_ended_job_says_how() -> None:
    execution = graph(job("a"), job("b"), job("c"))
    hand = Hand()
    claimed = {one["key"]: one for one in hand.claim()}
    hand.complete(claimed["a"])
    hand.end(claimed["b"], outcome="fail", error="no disk")
    services.cancel(execution_id=execution.pk, reason="enough")
    assert only(execution, ReasonKind.ENDED, "a").text.startswith("It completed at ")
    assert only(execution, ReasonKind.ENDED, "b").text.endswith(": no disk")
    assert only(execution, ReasonKind.ENDED, "c").text.startswith("It was cancelled at ")


def test_an_execution_groups_its_jobs_by_reason() -> None:
    execution = graph(
        job("running"),
        *(job(f"child{n}", "running") for n in range(20)),
        *(job(f"paint{n}", type="paint") for n in range(3)),
        *(job(f"later{n}", type=f"t{n}", delay_seconds=3600) for n in range(2)),
        job("done"),
    )
    hand = Hand(types=["noop", "t0", "t1"], queues=["default"])
    claimed = {one["key"]: one for one in hand.claim()}
    hand.complete(claimed["done"])
    found = queries.explain_execution(execution.pk)
    assert [(reason.kind, reason.jobs) for reason in found] == [
        (ReasonKind.DEPENDENCY, 20),
        (ReasonKind.NO_CAPABLE_WORKER, 3),
        (ReasonKind.DELAYED, 2),
        (ReasonKind.RUNNING, 1),
        (ReasonKind.ENDED, 1),
    ]
    assert found[-1].text == "1 completed."


def test_an_execution_at_its_parallelism_says_so() -> None:
    execution = graph(*(job(str(n)) for n in range(5)), parallelism=2)
    Hand().claim()
    found = {reason.kind: reason.jobs for reason in queries.explain_execution(execution.pk)}
    assert found == {ReasonKind.RUNNING: 2, ReasonKind.PARALLELISM: 3}


def test_an_ended_execution_only_counts() -> None:
    execution = graph(job("a"), job("b"))
    hand = Hand()
    hand.complete(*hand.claim())
    (reason,) = queries.explain_execution(execution.pk)
    assert (reason.kind, reason.jobs, reason.text) == (ReasonKind.ENDED, 2, "2 completed.")


def test_what_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.explain_execution(1)
    with pytest.raises(NotFound):
        queries.explain_job(graph(job("a")).pk, "b")
