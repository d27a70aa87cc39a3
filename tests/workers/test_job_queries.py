"""What can be asked about executions and their jobs."""

import pytest
from psycopg.types.json import Jsonb

from project.api.errors import NotFound
from project.postgres import sql
from tests.workers.hands import Hand, graph, job
from workers import queries, services
from workers.models import Execution
from workers.queries import Neighbour
from workers.services import Dependency


def keys(execution: Execution, **options: object) -> list[str]:
    return [row.key for row in queries.jobs_of(execution.pk, **options)]


def several() -> Execution:
    """A job in each state."""
    execution = graph(
        job("done"),
        job("broken", max_attempts=1),
        job("gone", "broken"),
        job("runs", priority="urgent"),
        job("later", delay_seconds=3600),
        job("child", "runs"),
        job("waits", queue="other", requires=("gpu", "memoryGB >= 32")),
    )
    hand = Hand()
    claimed = {one["key"]: one for one in hand.claim()}
    hand.complete(claimed["done"], output={"rows": 7})
    hand.end(claimed["broken"], outcome="fail", error="no disk")
    return execution


STATES = {
    "done": "completed",
    "broken": "failed",
    "gone": "cancelled",
    "runs": "active",
    "later": "delayed",
    "child": "waiting-children",
    "waits": "waiting",
}


def test_jobs_are_listed_in_the_order_of_submission_with_their_states() -> None:
    execution = several()
    rows = queries.jobs_of(execution.pk)
    assert {row.key: row.state for row in rows} == STATES
    assert [row.key for row in rows] == list(STATES)
    by_key = {row.key: row for row in rows}
    assert (by_key["broken"].error, by_key["broken"].worker, by_key["broken"].attempt) == ("no disk", "hand", 1)
    assert (by_key["waits"].queue, by_key["waits"].requires) == ("other", ["gpu", "memoryGB >= 32"])
    assert (by_key["runs"].priority, by_key["runs"].worker) == ("urgent", "hand")
    assert by_key["later"].run_at > by_key["later"].created_at
    assert by_key["done"].started_at <= by_key["done"].finished_at


@pytest.mark.parametrize(("key", "state"), STATES.items())
def test_jobs_of_one_state(key: str, state: str) -> None:
    assert keys(several(), state=state) == [key]


def test_jobs_come_in_pages() -> None:
    execution = several()
    first = queries.jobs_of(execution.pk, limit=4)
    rest = queries.jobs_of(execution.pk, limit=4, after=first[-1].id)
    assert [row.key for row in (*first, *rest)] == list(STATES)


def test_jobs_with_parallelism_wait_as_well() -> None:
    execution = graph(job("a"), job("b"), job("c", delay_seconds=60), parallelism=1)
    assert keys(execution, state="waiting") == ["a", "b"]
    assert keys(execution, state="delayed") == ["c"]


def test_an_unknown_execution_has_no_jobs() -> None:
    assert queries.jobs_of(1) == []
    assert queries.graph(1).nodes == []


def test_a_job_tells_all_about_itself() -> None:
    execution = graph(job("a", payload={"n": 1}), job("b", Dependency("a", "ignore")), job("c", "a", "b"))
    hand = Hand()
    hand.end(*hand.claim(), outcome="lost", error="it broke")
    (again,) = hand.claim()
    detail = queries.job_detail(execution.pk, "a")
    assert [(one.attempt, one.outcome, one.worker, one.error) for one in detail.attempts] == [
        (1, "retried", "hand", "it broke"),
        (2, "active", "hand", None),
    ]
    hand.complete(again, output={"rows": 7})
    detail = queries.job_detail(execution.pk, "a")
    assert (detail.payload, detail.output, detail.checkpoint) == ({"n": 1}, {"rows": 7}, None)
    assert [(one.attempt, one.outcome) for one in detail.attempts] == [(1, "retried"), (2, "completed")]
    assert (detail.parents, [child.key for child in detail.children]) == ([], ["b", "c"])
    assert detail.children[0] == Neighbour(execution_id=execution.pk, key="b", state="waiting", on_failure="ignore")
    assert [parent.state for parent in queries.job_detail(execution.pk, "c").parents] == ["completed", "waiting"]


def test_a_job_that_never_ran_has_no_attempts() -> None:
    execution = graph(job("a"))
    services.cancel(execution_id=execution.pk, reason="not today")
    detail = queries.job_detail(execution.pk, "a")
    assert (detail.attempts, detail.row.state, detail.row.error) == ([], "cancelled", "cancelled: not today")


def test_a_re_run_job_shows_the_parent_of_the_first_time_and_not_the_other_way_round() -> None:
    first = graph(job("a"), job("b", "a"))
    hand = Hand()
    hand.complete(*hand.claim())
    hand.end(*hand.claim(), outcome="fail")
    second = services.retry_failed(execution_id=first.pk)
    (parent,) = queries.job_detail(second.pk, "b").parents
    assert (parent.execution_id, parent.key, parent.state) == (first.pk, "a", "completed")
    assert [child.execution_id for child in queries.job_detail(first.pk, "a").children] == [first.pk]


def test_an_unknown_job_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.job_detail(graph(job("a")).pk, "b")


def test_the_newest_checkpoint_is_that_of_any_job() -> None:
    execution, other = graph(job("a"), job("b")), graph(job("x"))
    assert queries.newest_checkpoint(execution.pk) is None
    claimed = {one["key"]: one for one in Hand().claim()}
    numbers = []
    for key in ("a", "b", "a", "x"):
        save(claimed[key], {"at": key})
        numbers.append(queries.newest_checkpoint(execution.pk))
    assert numbers[0] < numbers[1] < numbers[2] == numbers[3]
    assert queries.job_detail(execution.pk, "a").checkpoint.number == numbers[2]
    assert queries.newest_checkpoint(other.pk) > numbers[3]


def save(claimed: dict[str, int], data: object) -> None:
    sql.routine("workers.save_checkpoint", claimed["fence"], claimed["job_id"], Jsonb(data))


def test_a_graph_has_nodes_with_states_and_the_edges_between_them() -> None:
    execution = several()
    found = queries.graph(execution.pk)
    by_id = {node.id: node.key for node in found.nodes}
    assert {node.key: node.state for node in found.nodes} == STATES
    assert [(by_id[edge.parent], by_id[edge.child], edge.on_failure) for edge in found.edges] == [
        ("broken", "gone", "cancel"),
        ("runs", "child", "cancel"),
    ]
    assert found.whole


def test_a_large_graph_is_cut_and_says_so() -> None:
    execution = graph(job("0"), *(job(str(n), str(n - 1)) for n in range(1, 30)))
    found = queries.graph(execution.pk, limit=10)
    assert (len(found.nodes), len(found.edges), found.total, found.whole) == (10, 9, 30, False)


def test_executions_are_listed_newest_first_by_status_and_workflow() -> None:
    hand = Hand()
    made = {status: services.submit(workflow=f"make {status}", jobs=[job("a")]) for status in ("failed", "completed")}
    for one in hand.claim():
        if one["execution_id"] == made["failed"].pk:
            hand.end(one, outcome="fail")
        else:
            hand.complete(one)
    made["cancelled"] = services.submit(workflow="make cancelled", jobs=[job("a")])
    services.cancel(execution_id=made["cancelled"].pk, reason="no")
    made["running"] = services.submit(workflow="make running", jobs=[job("a")])
    hand.claim()
    made["pending"] = services.submit(workflow="make pending", jobs=[job("a")])
    newest_first = [execution.pk for execution in reversed(made.values())]
    assert [state.id for state in queries.execution_states()] == newest_first
    assert [state.id for state in queries.execution_states(limit=2)] == newest_first[:2]
    assert [state.id for state in queries.execution_states(before=newest_first[1])] == newest_first[2:]
    for status, execution in made.items():
        assert [state.id for state in queries.execution_states(status=status)] == [execution.pk]
        assert [state.status for state in queries.execution_states(workflow=f"make {status}")] == [status]
    assert queries.execution_states(workflow="other") == []
    assert queries.execution_state(made["running"].pk).running == 1
