"""Very many jobs of one kind at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.api.errors import ErrorCode, InvalidRequest
from tests.workers.hands import Hand, heard, keys, nothing_left, own_session, status
from workers import services
from workers.models import Execution, Job, Ready


def test_each_payload_becomes_a_job() -> None:
    payloads = [{"n": n, "text": 'back\\slash\ttab\nline "quote" é'} for n in range(250)]
    execution = services.submit_many(workflow="bulk", type="noop", payloads=payloads, max_attempts=7, timeout_seconds=5)
    assert Execution.objects.get() == execution
    assert (execution.total, execution.workflow) == (250, "bulk")
    jobs = Job.objects.filter(execution=execution).order_by("id")
    assert [job.payload for job in jobs] == payloads
    assert [job.key for job in jobs] == [str(n) for n in range(1, 251)]
    assert {(job.max_attempts, job.timeout_seconds, job.backoff_seconds) for job in jobs} == {(7, 5.0, 1.0)}
    assert [len(row.ids) for row in Ready.objects.order_by("id")] == [100, 100, 50]


def test_they_run_and_the_execution_completes() -> None:
    execution = services.submit_many(workflow="bulk", type="noop", payloads=[{}] * 150)
    hand = Hand(slots=200)
    claimed = hand.claim(200)
    assert len(claimed) == 150
    hand.complete(*claimed)
    assert status(execution) == "completed"
    assert nothing_left()


def test_a_parallelism_holds() -> None:
    execution = services.submit_many(workflow="bulk", type="noop", payloads=[{}] * 150, parallelism=3)
    assert execution.admitted == 3
    assert len(Hand().claim()) == 3


def test_they_wait_for_their_time() -> None:
    services.submit_many(workflow="bulk", type="noop", payloads=[{}], run_at=timezone.now() + timedelta(hours=1))
    assert Hand().claim() == []


def test_they_go_to_the_queue_and_lane_of_their_options() -> None:
    services.submit_many(workflow="bulk", type="t", payloads=[{}], queue="q", priority="urgent", requires=("gpu",))
    lane = Job.objects.get().lane
    assert (lane.queue.name, lane.type, lane.priority_id, lane.labels) == ("q", "t", "urgent", ["gpu"])


def test_workers_of_the_queue_are_woken_once() -> None:
    with own_session() as session:
        session.execute("LISTEN workers")
        services.submit_many(workflow="bulk", type="noop", payloads=[{}] * 300)
        assert heard(session) == ["default"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"payloads": []}, ErrorCode.NO_JOBS),
        ({"priority": "highest"}, ErrorCode.INVALID_OPTION),
        ({"parallelism": 0}, ErrorCode.INVALID_OPTION),
        ({"requires": ("a < b",)}, ErrorCode.INVALID_OPTION),
        ({"payloads": [{}, {"a": "x" * 300_000}]}, ErrorCode.INVALID_OPTION),
        ({"payloads": [{}, {"a": "\0"}]}, ErrorCode.INVALID_REQUEST),
    ],
)
def test_what_is_wrong_is_refused_as_a_whole(wrong: dict[str, object], code: ErrorCode) -> None:
    with pytest.raises(InvalidRequest) as caught:
        services.submit_many(**{"workflow": "bulk", "type": "noop", "payloads": [{}], **wrong})
    assert caught.value.code is code
    assert not Execution.objects.exists()
    assert not Job.objects.exists()
    assert nothing_left()


def test_payloads_that_json_escapes_survive() -> None:
    payload = {"a": "\\", "b": "\\N", "c": "\\u0000 is no NUL", "d": "\x01", "big": 2**70}
    services.submit_many(workflow="bulk", type="noop", payloads=[payload])
    assert Hand().claim()[0]["payload"] == payload
    assert keys(Hand("other").claim()) == []
