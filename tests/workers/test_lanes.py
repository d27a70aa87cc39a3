"""Who may take what: capabilities, queues and types; and priorities where a worker serves very many lanes."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, keys, own_session

MANY = 70  # more lanes than are looked into one by one


@pytest.mark.parametrize(
    ("requires", "capabilities", "metadata", "fits"),
    [
        (("gpu",), ["gpu", "cpu"], {}, True),
        (("gpu",), ["cpu"], {}, False),
        (("memoryGB >= 32",), [], {"memoryGB": 32}, True),
        (("memoryGB >= 32",), [], {"memoryGB": 16}, False),
        (("memoryGB >= 32",), [], {}, False),
        (("gpu", "zone = eu"), ["gpu"], {"zone": "eu"}, True),
    ],
)
def test_a_job_goes_to_a_worker_that_has_what_it_requires(
    requires: tuple[str, ...], capabilities: list[str], metadata: dict[str, object], fits: bool
) -> None:
    graph(job("a", requires=requires), job("plain"))
    hand = Hand(capabilities=capabilities, metadata=metadata)
    assert keys(hand.claim()) == (["a", "plain"] if fits else ["plain"])


def test_a_new_lane_is_seen_at_once() -> None:
    hand = Hand()
    assert hand.claim() == []
    graph(job("a", type="never.seen.before"))
    assert keys(hand.claim()) == ["a"]


def test_a_worker_of_very_many_lanes_takes_heavy_and_old_jobs_first() -> None:
    for number in range(MANY):
        graph(job(f"n{number:02}", type=f"type-{number}"))
    graph(job("low", type="a", priority="low"), job("urgent", type="b", priority="urgent"))
    graph(job("old", type="c", priority="low"))
    sql.execute(
        "UPDATE ready SET run_at = now() - interval '500 seconds' WHERE ids[1] = (SELECT id FROM job WHERE key = 'old')"
    )
    hand = Hand()
    order = [hand.claim(1)[0]["key"] for _ in range(MANY + 3)]
    assert order == ["old", "urgent", *(f"n{number:02}" for number in range(MANY)), "low"]
    assert hand.claim(1) == []


def test_a_worker_of_very_many_lanes_takes_what_is_left_of_a_lane() -> None:
    graph(*(job(f"{number}", type=f"type-{number % MANY}") for number in range(3 * MANY)))
    hand = Hand()
    found = [len(hand.claim(50)) for _ in range(6)]
    assert found == [50, 50, 50, 50, 10, 0]


@settings(max_examples=15)
@given(
    ages=st.lists(st.tuples(st.sampled_from(["urgent", "high", "normal", "low"]), st.integers(0, 900)), min_size=1,
                  max_size=12),
    labels=st.lists(st.sampled_from([(), ("gpu",), ("memoryGB >= 8",)]), min_size=12, max_size=12),
    many=st.booleans(),
)  # fmt: skip
def test_the_bound_of_overtaking_holds_over_all_lanes_of_a_worker(
    ages: list[tuple[str, int]], labels: list[tuple[str, ...]], many: bool
) -> None:
    if many:
        graph(*(job(f"other-{number}", type=f"type-{number}", delay_seconds=3600) for number in range(MANY)))
    hand = Hand(capabilities=["gpu"], metadata={"memoryGB": 8})
    sql.execute("DELETE FROM ready")
    for number, (priority, age) in enumerate(ages):
        graph(job(str(number), priority=priority, requires=labels[number], type=f"kind-{number % 3}"))
        sql.execute(
            "UPDATE ready SET run_at = now() - %s WHERE id = (SELECT max(id) FROM ready)", [timedelta(seconds=age)]
        )
    weights = {"urgent": 1.0, "high": 0.75, "normal": 0.5, "low": 0.25}
    with own_session() as session:
        order = [int(hand.claim(1, session=session)[0]["key"]) for _ in ages]
    due = [(1 - weights[priority]) * 600 - age for priority, age in ages]
    assert all(due[ahead] <= due[behind] + 1 for ahead, behind in pairwise(order))
