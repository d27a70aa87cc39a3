"""How requirements are written, and that a lane has them in one form only."""

import pytest

from project.api.errors import ErrorCode, InvalidRequest
from tests.workers.hands import graph, job
from workers.models import Job, Lane
from workers.requirements import BadRequirement, Requirements, parse, written


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("memoryGB >= 32", ("memoryGB", ">=", 32)),
        ("memoryGB>=32", ("memoryGB", ">=", 32)),
        ("  memoryGB  <  1.5e3 ", ("memoryGB", "<", 1500)),
        ("load <= -0.5", ("load", "<=", -0.5)),
        ("zone = b", ("zone", "=", "b")),
        ("zone != eu west", ("zone", "!=", "eu west")),
        ("gpu.model = A100-80", ("gpu.model", "=", "A100-80")),
        ("ssd = true", ("ssd", "=", "true")),
    ],
)
def test_a_comparison_is_name_operator_value(text: str, comparison: tuple[str, str, object]) -> None:
    assert parse([text]) == Requirements((), (comparison,))


def test_what_has_no_operator_is_a_label() -> None:
    assert parse(["gpu", "high-memory", " x86 "]) == Requirements(("gpu", "high-memory", "x86"), ())


def test_order_and_repetition_make_no_difference() -> None:
    assert parse(["b", "a > 2", "a", "a > 1", "b"]) == parse(["a > 1", "a", "b", "a > 2.0", "a > 2"])


def test_they_can_be_written_again() -> None:
    texts = ["gpu", "memoryGB >= 32", "zone = b"]
    assert written(*parse(texts)) == texts


@pytest.mark.parametrize(
    "text",
    ["", "  ", "memoryGB >=", ">= 32", "a > b", "a < 1e999", "a == 1", "a => 1", "1 < a < 3", "a ! b", "x" * 101],
)
def test_what_can_not_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadRequirement, match="must"):
        parse([text])


def test_there_may_be_twenty() -> None:
    assert len(parse(str(n) for n in range(20)).labels) == 20
    with pytest.raises(BadRequirement, match="at most 20"):
        parse(str(n) for n in range(21))


def test_a_submission_names_the_job() -> None:
    with pytest.raises(InvalidRequest) as caught:
        graph(job("a"), job("b", requires=("gpu", "memoryGB > lots")))
    assert caught.value.code is ErrorCode.INVALID_OPTION
    assert caught.value.details == {"job": "b", "option": "requires"}
    assert 'which "memoryGB > lots" does not' in caught.value.message


def test_equal_requirements_are_one_lane() -> None:
    graph(
        job("a", requires=("gpu", "memoryGB >= 32")),
        job("b", requires=("memoryGB >= 32.0", "gpu")),
        job("c", requires=("gpu",)),
        job("d"),
    )
    graph(job("e", requires=("memoryGB>=32", "gpu")))
    lanes = dict(Job.objects.values_list("key", "lane_id"))
    assert lanes["a"] == lanes["b"] == lanes["e"]
    assert len({lanes["a"], lanes["c"], lanes["d"]}) == Lane.objects.count() == 3
    lane = Lane.objects.get(pk=lanes["a"])
    assert (lane.labels, lane.comparisons) == (["gpu"], [["memoryGB", ">=", 32]])
