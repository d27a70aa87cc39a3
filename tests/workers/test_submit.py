"""What a submission takes, refuses, and leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from project.api.errors import ApiError, ErrorCode, InvalidRequest
from project.postgres import sql
from tests.workers.hands import Hand, graph, heard, job, keys, nothing_left, own_session, states, status
from workers.models import Execution, Job, Ready
from workers.services import Dependency, submit


def refused(*jobs: Any, **options: Any) -> ApiError:
    with pytest.raises(InvalidRequest) as caught:
        graph(*jobs, **options)
    assert not Execution.objects.exists()
    assert not Job.objects.exists()
    assert nothing_left()
    return caught.value


def test_jobs_run_and_the_execution_completes_with_its_last_job() -> None:
    execution = graph(job("a"), job("b"))
    assert Execution.objects.values().get() == {
        name: getattr(execution, name) for name in Execution.objects.values().get()
    }
    hand = Hand()
    assert (execution.status, execution.total) == ("pending", 2)
    one, other = hand.claim()
    assert status(execution) == "running"
    hand.complete(one, output={"rows": 1})
    assert (status(execution), execution.completed, execution.completed_at) == ("running", 1, None)
    hand.complete(other)
    assert (status(execution), execution.completed) == ("completed", 2)
    assert execution.started_at <= execution.completed_at
    assert nothing_left()


def test_outputs_are_kept() -> None:
    execution = graph(job("a"))
    hand = Hand()
    hand.complete(*hand.claim(), output={"rows": [1, None]})
    assert Job.objects.get(execution=execution).finished.output == {"rows": [1, None]}


def test_a_claim_tells_what_the_job_is() -> None:
    execution = graph(job("a", type="report", payload={"month": "2025-01"}, timeout_seconds=7.5))
    (claimed,) = Hand().claim()
    assert claimed["execution_id"] == execution.pk
    assert (claimed["key"], claimed["type"], claimed["payload"]) == ("a", "report", {"month": "2025-01"})
    assert (claimed["attempt"], claimed["timeout_seconds"]) == (1, 7.5)
    assert (claimed["last_error"], claimed["checkpoint"], claimed["answer"]) == (None, None, "claimed")


def test_a_thousand_jobs_wait_in_ten_rows() -> None:
    graph(*(job(str(number)) for number in range(1000)))
    assert [len(row.ids) for row in Ready.objects.all()] == [100] * 10


def test_an_execution_without_jobs_is_refused() -> None:
    assert refused().code is ErrorCode.NO_JOBS


def test_two_jobs_of_one_key_are_refused() -> None:
    error = refused(job("load"), job("a"), job("load"))
    assert error.code is ErrorCode.DUPLICATE_JOB
    assert error.details == {"job": "load"}


def test_an_unknown_dependency_is_refused_and_named() -> None:
    error = refused(job("a"), job("b", "a", "nobody"))
    assert error.code is ErrorCode.UNKNOWN_DEPENDENCY
    assert error.details == {"job": "b", "depends_on": "nobody"}


def test_a_dependency_named_twice_is_refused() -> None:
    error = refused(job("a"), job("b", "a", Dependency("a", "ignore")))
    assert error.code is ErrorCode.DUPLICATE_DEPENDENCY


@pytest.mark.parametrize("length", [1, 2, 3, 40])
def test_a_cycle_is_refused_and_named_in_order(length: int) -> None:
    ring = [job(f"r{n}", f"r{(n - 1) % length}", "root") for n in range(length)]
    error = refused(job("root"), *ring, job("after", f"r{length - 1}"), job("beside", "root"))
    assert error.code is ErrorCode.DEPENDENCY_CYCLE
    cycle = error.details["cycle"]
    turn = cycle.index("r0")
    assert cycle[turn:] + cycle[:turn] == [f"r{n}" for n in range(length)]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("key", ""),
        ("type", ""),
        ("queue", ""),
        ("priority", "highest"),
        ("name", ""),
        ("max_attempts", 0),
        ("max_attempts", 1.5),
        ("max_attempts", 10**12),
        ("backoff_seconds", -1),
        ("timeout_seconds", 0),
        ("timeout_seconds", 1e300),
        ("delay_seconds", -1),
        ("delay_seconds", 1e300),
        ("payload", [1]),
        ("requires", ("a < b",)),
    ],
)
def test_an_option_out_of_range_is_refused_and_named(option: str, value: object) -> None:
    specification = {"key": "a", "type": "noop", option: value}
    error = refused(job(**specification))
    assert error.code is ErrorCode.INVALID_OPTION
    assert error.details["option"] == option


def test_the_job_with_the_wrong_option_is_named_among_many() -> None:
    error = refused(job("a"), job("b", priority="low"), job("c", max_attempts=0), job("d", max_attempts=0))
    assert error.details == {"job": "c", "option": "max_attempts"}


def test_a_moment_and_a_delay_exclude_each_other() -> None:
    error = refused(job("a", run_at=timezone.now(), delay_seconds=5))
    assert error.details == {"job": "a", "option": "run_at"}


def test_a_payload_over_the_limit_is_refused(settings: Any) -> None:
    settings.JOB_MAX_PAYLOAD_BYTES = 1024
    graph(job("a", payload={"text": "x" * 1000}))
    Execution.objects.all().delete()
    sql.execute("DELETE FROM ready; DELETE FROM job")
    error = refused(job("a"), job("b", payload={"text": "x" * 1024}))
    assert error.code is ErrorCode.INVALID_OPTION
    assert error.details == {"job": "b", "option": "payload"}


@pytest.mark.parametrize(
    "payload", [{"a": "\0"}, {"\0": 1}, {"a": ["\\\0"]}, {"a": "\ud800"}, {"a": object()}], ids=repr
)
def test_a_payload_that_can_not_be_kept_is_refused_and_the_job_named(payload: dict[str, Any]) -> None:
    assert 'Job "b"' in refused(job("a"), job("b", payload=payload)).message


@pytest.mark.parametrize(
    "payload", [{"a": "\\u0000"}, {"a": 2**70}, {"ключ": "\u2028 😀"}, {"a": {"b": [None, True, 1.5]}}], ids=repr
)
def test_what_json_can_say_comes_back_as_it_was(payload: dict[str, Any]) -> None:
    graph(job("a", payload=payload))
    assert Hand().claim()[0]["payload"] == payload


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
def test_names_that_can_not_be_kept_are_refused(text: str) -> None:
    for wrong in (job(text), job("a", name=text), job("a", type=text), job("a", queue=text), job("a", text)):
        assert refused(wrong).code is ErrorCode.INVALID_REQUEST


def test_more_than_a_hundred_thousand_jobs_are_refused() -> None:
    error = refused(*[job("a")] * 100_001)
    assert error.code is ErrorCode.TOO_MANY_JOBS
    assert error.details == {"jobs": 100_001, "most": 100_000}


def test_a_delay_counts_from_the_submission() -> None:
    graph(job("a", delay_seconds=3600))
    (row,) = Ready.objects.all()
    assert row.run_at - Job.objects.get().created_at == timedelta(hours=1)


def test_a_name_is_kept() -> None:
    graph(job("a", name="Data Preprocessing"), job("b"))
    assert list(Job.objects.order_by("key").values_list("name", flat=True)) == ["Data Preprocessing", None]


def test_an_unknown_policy_is_refused() -> None:
    error = refused(job("a"), job("b", Dependency("a", "shrug")))
    assert error.details == {"job": "b", "option": "on_failure"}


def test_a_parallelism_of_zero_is_refused() -> None:
    assert refused(job("a"), parallelism=0).details == {"option": "parallelism"}


def test_ten_thousand_jobs_in_a_chain_are_no_problem() -> None:
    chain = [job("0"), *(job(str(n), str(n - 1)) for n in range(1, 10_000))]
    execution = graph(*chain)
    assert execution.total == 10_000
    assert len(Hand().claim()) == 1


def test_a_job_with_a_time_waits_for_it() -> None:
    execution = graph(job("later", run_at=timezone.now() + timedelta(hours=1)), job("now"))
    hand = Hand()
    assert keys(hand.claim()) == ["now"]
    sql.execute("UPDATE ready SET run_at = now() - interval '1 second'")
    assert keys(hand.claim()) == ["later"]
    assert states(execution) == {}


def test_a_time_in_the_past_gives_no_head_start() -> None:
    before = timezone.now()
    graph(job("a", run_at=before - timedelta(days=1)))
    assert Ready.objects.get().run_at >= before


def test_workers_serve_their_queues_and_types_only() -> None:
    graph(job("a", queue="reports"), job("b", type="sleep"), job("c"))
    assert keys(Hand("one", types=["noop"], queues=["default"]).claim()) == ["c"]
    assert keys(Hand("two", queues=["reports"]).claim()) == ["a"]
    assert keys(Hand("three", queues=["default", "reports"]).claim()) == ["b"]


def test_the_queue_of_the_submission_is_for_jobs_that_name_none() -> None:
    submit(workflow="test", jobs=[job("a"), job("b", queue="other")], queue="reports")
    assert keys(Hand("one", queues=["reports"]).claim()) == ["a"]
    assert keys(Hand("two", queues=["other"]).claim()) == ["b"]


def test_submitting_wakes_each_queue_once() -> None:
    with own_session() as session:
        session.execute("LISTEN workers")
        graph(*(job(str(n)) for n in range(300)), job("x", queue="reports"))
        assert sorted(heard(session)) == ["default", "reports"]


def test_nothing_is_left_when_the_transaction_that_submitted_rolls_back() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        graph(job("a"), job("b", "a"))
        raise RuntimeError
    assert not Execution.objects.exists()
    assert nothing_left()
