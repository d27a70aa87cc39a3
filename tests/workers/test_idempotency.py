"""The same request under the same key makes one execution."""

import threading
from typing import Any

import pytest

from project.access.roles import Role
from project.api.errors import Conflict, ErrorCode, InvalidRequest
from tests.workers.hands import beside, job
from workers import services
from workers.models import Execution, Job


def submit(key: str | None = "k1", **options: Any) -> tuple[Execution, bool]:
    return services.submit_once(
        **{"workflow": "test", "jobs": [job("a"), job("b", "a", payload={"n": 1})], "idempotency_key": key, **options}
    )


def test_the_same_request_gives_the_same_execution() -> None:
    first, made = submit()
    again, made_again = submit()
    assert (made, made_again) == (True, False)
    assert first == again == Execution.objects.get()
    assert Job.objects.count() == 2


def test_without_a_key_each_request_is_its_own() -> None:
    assert submit(None)[0] != submit(None)[0]


def test_another_key_makes_another_execution() -> None:
    assert submit("k1")[0] != submit("k2")[0]


@pytest.mark.parametrize(
    "other",
    [
        {"workflow": "other"},
        {"parallelism": 2},
        {"jobs": [job("a"), job("b", "a", payload={"n": 2})]},
        {"jobs": [job("a"), job("b", "a", payload={"n": 1}, priority="low")]},
        {"jobs": [job("a"), job("b", payload={"n": 1})]},
        {"jobs": [job("a"), job("b", "a", payload={"n": 1}, delay_seconds=5)]},
        {"queue": "other"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_request_under_the_key_is_refused(other: dict[str, Any]) -> None:
    first, _ = submit()
    with pytest.raises(Conflict) as caught:
        submit(**other)
    assert caught.value.code is ErrorCode.IDEMPOTENCY_KEY_REUSED
    assert caught.value.details == {"execution": f"exec-{first.pk}"}


def test_keys_belong_to_their_actor(user_for: Any) -> None:
    ann, bob = user_for(Role.INTEGRATOR), user_for(Role.BATCH_OPERATOR)
    made = {submit(actor=actor)[0].pk for actor in (ann, bob, None)}
    assert len(made) == 3
    assert submit(actor=ann)[1] is False


def test_a_refused_request_leaves_its_key_free() -> None:
    with pytest.raises(InvalidRequest):
        submit(jobs=[job("a", "nobody")])
    assert submit()[1] is True


def test_of_many_at_once_one_makes_it() -> None:
    start = threading.Barrier(6)
    answers: list[tuple[Execution, bool]] = []

    def ask() -> None:
        start.wait(60)
        answers.append(submit())

    for thread in [beside(ask) for _ in range(6)]:
        thread.join(60)
    assert len({execution.pk for execution, _ in answers}) == 1
    assert sorted(made for _, made in answers) == [False] * 5 + [True]
