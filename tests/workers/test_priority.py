"""Priority without starvation: what a claim takes is what comes first by due time + (1 - weight) * horizon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, keys, own_session

HORIZON = 600.0  # seconds, the default of a queue
WEIGHTS = {"urgent": 1.0, "high": 0.75, "normal": 0.5, "low": 0.25}


@dataclass(frozen=True)
class Waiting:
    """A job as it waits: its class, its type (another lane), and for how many seconds it has been due."""

    priority: str
    type: str
    age: float


waiting = st.builds(
    Waiting,
    priority=st.sampled_from(sorted(WEIGHTS)),
    type=st.sampled_from(["noop", "sleep"]),
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


def place(jobs: list[Waiting]) -> dict[int, tuple[Waiting, datetime]]:
    """Submits the jobs and makes each due as long ago as it says. Returns them by id."""
    sql.execute("DELETE FROM ready")
    placed = {}
    for number, one in enumerate(jobs):
        graph(job(str(number), priority=one.priority, type=one.type))
        run_at = sql.value(
            "UPDATE ready SET run_at = now() - make_interval(secs => %s) WHERE id = (SELECT max(id) FROM ready) "
            "RETURNING run_at",
            [one.age],
        )
        placed[sql.value("SELECT max(id) FROM job")] = (one, run_at)
    return placed


def order_at(one: tuple[Waiting, datetime]) -> datetime:
    return one[1] + timedelta(seconds=(1 - WEIGHTS[one[0].priority]) * HORIZON)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs=st.lists(waiting, min_size=1, max_size=12), slots=st.lists(st.integers(1, 5), min_size=12, max_size=12))
def test_no_job_is_overtaken_by_one_that_became_due_later_than_the_weights_allow(
    jobs: list[Waiting], slots: list[int]
) -> None:
    hand = Hand()  # takes the last one over, whose jobs go back
    left = place(jobs)
    with own_session() as session:  # a session without claim marks
        for count in slots:
            taken = hand.claim(count, session=session)
            assert len(taken) == min(count, len(left))
            claimed = [left.pop(record["job_id"]) for record in taken]
            for ahead in claimed:
                for behind in left.values():
                    assert order_at(ahead) <= order_at(behind)
                    lead = (ahead[1] - behind[1]).total_seconds()
                    assert lead <= (WEIGHTS[ahead[0].priority] - WEIGHTS[behind[0].priority]) * HORIZON + 1e-6
        assert not left
