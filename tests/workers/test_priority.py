"""Priority without starvation: what a claim takes is what comes first by due time + (1 - weight) * horizon."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, keys, own_session

HORIZONS = {"default": 600.0, "quick": 60.0}  # seconds
WEIGHTS = {"urgent": 1.0, "high": 0.75, "normal": 0.5, "low": 0.25}


@dataclass(frozen=True)
class Waiting:
    """A job as it waits: what makes its lane, and for how many seconds it has been due."""

    priority: str
    type: str
    queue: str
    requires: tuple[str, ...]
    age: float

    def order(self, run_at: datetime) -> datetime:
        return run_at + timedelta(seconds=(1 - WEIGHTS[self.priority]) * HORIZONS[self.queue])


def waiting(types: int) -> st.SearchStrategy[Waiting]:
    """Jobs of so many types: four classes, two queues and three sets of requirements make 24 lanes of each."""
    return st.builds(
        Waiting,
        priority=st.sampled_from(sorted(WEIGHTS)),
        type=st.sampled_from([f"type {number}" for number in range(types)]),
        queue=st.sampled_from(sorted(HORIZONS)),
        requires=st.sampled_from([(), ("gpu",), ("gpu", "memoryGB >= 32")]),
        age=st.floats(min_value=0, max_value=900).map(lambda age: round(age, 2)),
    )


def test_an_urgent_job_goes_before_older_ones_of_lighter_classes() -> None:
    graph(job("low", priority="low"), job("normal"), job("high", priority="high"), job("urgent", priority="urgent"))
    hand = Hand()
    order = [hand.claim(1)[0]["key"] for _ in range(4)]
    assert order == ["urgent", "high", "normal", "low"]


def test_an_old_job_of_a_light_class_goes_before_new_ones_of_heavier_classes() -> None:
    graph(job("old", priority="low"))
    sql.execute("UPDATE ready SET run_at = now() - interval '451 seconds'")  # 0.75 * 600 s and one
    graph(job("new", priority="urgent"))
    assert keys(Hand().claim(1)) == ["old"]


def test_jobs_of_one_class_go_in_the_order_in_which_they_became_due() -> None:
    for number in range(20):
        graph(job(f"{number:02}", type="noop" if number % 2 else "sleep"))
    hand = Hand()
    order = [hand.claim(1)[0]["key"] for _ in range(20)]
    assert order == sorted(order)


def test_a_claim_of_many_slots_takes_from_all_lanes() -> None:
    graph(job("a", type="sleep"), job("b"))
    graph(job("c", priority="low"), job("d", priority="urgent"))
    assert keys(Hand().claim(100)) == ["a", "b", "c", "d"]


@dataclass(frozen=True)
class Placed:
    """A job that waits in `ready`."""

    job: Waiting
    run_at: datetime

    @property
    def order_at(self) -> datetime:
        return self.job.order(self.run_at)

    def may_overtake(self, other: "Placed") -> bool:
        """As the documentation states it, for jobs of one queue."""
        lead = (self.run_at - other.run_at).total_seconds()
        horizon = HORIZONS[self.job.queue]
        return lead <= (WEIGHTS[self.job.priority] - WEIGHTS[other.job.priority]) * horizon + 1e-6


def place(jobs: list[Waiting]) -> dict[int, Placed]:
    """Submits the jobs and makes each due as long ago as it says. Returns them by id."""
    execution = graph(
        *(
            job(str(number), priority=one.priority, type=one.type, queue=one.queue, requires=one.requires)
            for number, one in enumerate(jobs)
        )
    )
    sql.execute("DELETE FROM ready")
    rows = sql.rows(MAKE_DUE, {"execution": execution.pk, "ages": [one.age for one in jobs]})
    return {row["job"]: Placed(jobs[row["number"]], row["run_at"]) for row in rows}


MAKE_DUE = """
WITH placed AS (
  INSERT INTO ready (lane_id, priority, run_at, execution_id, attempt, linked, again, ids)
  SELECT j.lane_id, l.priority, now() - make_interval(secs => (%(ages)s::float8[])[j.key::integer + 1]), j.execution_id,
    1, false, false, ARRAY[j.id]
  FROM job j JOIN lane l ON l.id = j.lane_id WHERE j.execution_id = %(execution)s
  RETURNING ids[1] AS job, run_at
)
SELECT p.job, p.run_at, j.key::integer AS number FROM placed p JOIN job j ON j.id = p.job
"""


@pytest.fixture
def queues() -> None:
    for name, seconds in HORIZONS.items():
        sql.execute(
            "INSERT INTO queue (name, horizon) VALUES (%(name)s, make_interval(secs => %(seconds)s)) "
            "ON CONFLICT (name) DO UPDATE SET horizon = excluded.horizon",
            {"name": name, "seconds": seconds},
        )


def claim_all(left: dict[int, Placed], hand: Hand, slots: list[int]) -> None:
    """Claims until nothing is left that the hand may take; each claim takes what goes first."""
    mine = {key: one for key, one in left.items() if hand_takes(hand, one.job)}
    with own_session() as session:  # a session without claim marks
        for count in itertools.cycle(slots):
            taken = hand.claim(count, session=session)
            assert len(taken) == min(count, len(mine))
            claimed = [mine.pop(record["job_id"]) for record in taken]
            for ahead, behind in itertools.product(claimed, mine.values()):
                assert ahead.order_at <= behind.order_at
                assert ahead.job.queue != behind.job.queue or ahead.may_overtake(behind)
            if not mine:
                return


class GpuHand(Hand):
    """A worker that has what any of the jobs requires."""

    def __init__(self) -> None:
        super().__init__("gpu", capabilities=["gpu"], metadata=Jsonb({"memoryGB": 64}))


def hand_takes(hand: Hand, one: Waiting) -> bool:
    return isinstance(hand, GpuHand) or not one.requires


ANY = settings(max_examples=30)
FEWER = settings(ANY, max_examples=10)
slots = st.lists(st.integers(1, 5), min_size=1, max_size=12)


@ANY
@given(jobs=st.lists(waiting(types=1), min_size=1, max_size=12), slots=slots)
def test_no_job_is_overtaken_by_one_that_became_due_later_than_the_weights_allow(
    queues: None, jobs: list[Waiting], slots: list[int]
) -> None:
    hand = GpuHand()  # takes the last one over, whose jobs go back
    claim_all(place(jobs), hand, slots)


@ANY
@given(jobs=st.lists(waiting(types=1), min_size=1, max_size=12), slots=slots)
def test_what_a_worker_can_not_take_holds_up_nothing(queues: None, jobs: list[Waiting], slots: list[int]) -> None:
    hand = Hand()
    claim_all(place(jobs), hand, slots)


def make_many_lanes() -> None:
    priorities, types = sorted(WEIGHTS), [f"type {number}" for number in range(8)]
    place([Waiting(*lane, age=0.0) for lane in itertools.product(priorities, types, HORIZONS, [(), ("gpu",)])])


def test_many_older_jobs_of_a_long_horizon_do_not_hide_one_of_a_short_horizon(queues: None) -> None:
    make_many_lanes()
    hand = GpuHand()
    old = [Waiting("normal", "type 1", "default", (), 100.0 + number) for number in range(20)]  # + 300 s of lag
    claim_all(place([*old, Waiting("normal", "type 1", "quick", (), 0.0)]), hand, [1])  # + 30 s


@FEWER
@given(jobs=st.lists(waiting(types=8), min_size=30, max_size=80), slots=slots)
def test_the_order_is_the_same_for_a_worker_that_serves_many_lanes(
    queues: None, jobs: list[Waiting], slots: list[int]
) -> None:
    make_many_lanes()
    hand = GpuHand()
    claim_all(place(jobs), hand, slots)
