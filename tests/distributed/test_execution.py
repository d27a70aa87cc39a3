"""GET /api/distributed/execute and /api/distributed/execute/{executionId}."""

from datetime import datetime

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import Hand, graph, job
from workers.models import Execution
from workers.services import cancel, submit

EXECUTE = "/api/distributed/execute"


@pytest.fixture
def client(client_for):
    return client_for(Role.WORKER)


def shown(client, execution):
    response = client.get(f"{EXECUTE}/exec-{execution.pk}")
    assert response.status_code == 200
    body = response.json()
    assert body["success"] is True
    return body["execution"]


def listed(client, **query):
    return [one["executionId"] for one in client.get(EXECUTE, query).json()["executions"]]


def test_progress_is_told_as_the_contract_says(client):
    execution = graph(job("a"), job("b"), job("c", max_attempts=1), job("d", "a"))
    hand = Hand()
    first, _, third = hand.claim()
    hand.complete(first)
    hand.end(third)
    body = shown(client, execution)
    assert (body["executionId"], body["workflowId"], body["status"]) == (f"exec-{execution.pk}", "test", "running")
    assert body["progress"] == {"total": 4, "completed": 1, "failed": 1, "running": 1, "cancelled": 0, "waiting": 1}
    assert datetime.fromisoformat(body["startedAt"]) == execution.created_at
    assert datetime.fromisoformat(body["firstClaimAt"]) >= execution.created_at
    assert (body["completedAt"], body["checkpointId"]) == (None, None)


@pytest.mark.parametrize(
    ("outcome", "status"), [("complete", "completed"), ("fail", "failed"), ("cancel", "cancelled")]
)
def test_an_execution_ends(client, outcome, status):
    execution = graph(job("a"))
    hand = Hand()
    claimed = hand.claim()
    if outcome == "cancel":
        cancel(execution_id=execution.pk, reason="Enough.")
    elif outcome == "fail":
        hand.end(*claimed, outcome="fail")
    else:
        hand.complete(*claimed)
    body = shown(client, execution)
    assert body["status"] == status
    assert body["completedAt"] >= body["startedAt"]
    assert body["cancelReason"] == ("Enough." if outcome == "cancel" else None)


def test_a_pending_execution_has_started_and_nothing_was_claimed(client):
    body = shown(client, graph(job("a")))
    assert (body["status"], body["firstClaimAt"], body["completedAt"]) == ("pending", None, None)
    assert body["startedAt"]


def test_the_newest_checkpoint_of_any_job_is_named(client):
    execution = graph(job("a"), job("b"))
    hand = Hand()
    first, second = hand.claim()
    for claimed in (first, second):
        sql.routine("workers.save_checkpoint", claimed["fence"], claimed["job_id"], {"rows": 5})
        name = shown(client, execution)["checkpointId"]
        number = sql.value("SELECT max(number) FROM job_checkpoint WHERE job_id = %s", [claimed["job_id"]])
        assert name == f"checkpoint-{number}"


@pytest.mark.parametrize(
    "name", ["exec-999", "exec-0", "exec-01", "999", "exec-", "exec-x", "exec-9223372036854775808"]
)
def test_an_unknown_execution_is_404(client, name):
    refused(client.get(f"{EXECUTE}/{name}"), 404, ErrorCode.NOT_FOUND)


def test_executions_are_listed_newest_first_in_pages(client):
    made = [f"exec-{graph(job('a')).pk}" for _ in range(5)]
    found: list[str] = []
    cursor = None
    while cursor is not None or not found:
        page = client.get(EXECUTE, {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert page["success"] is True
        found += [one["executionId"] for one in page["executions"]]
        cursor = page["next"]
    assert found == made[::-1]


def test_they_are_filtered_by_status_and_workflow(client):
    done = graph(job("a"))
    hand = Hand()
    hand.complete(*hand.claim())
    other = submit(workflow="other", jobs=[job("a")])
    waiting = graph(job("a"))
    assert listed(client, status="completed") == [f"exec-{done.pk}"]
    assert listed(client, status="pending") == [f"exec-{waiting.pk}", f"exec-{other.pk}"]
    assert listed(client, workflowId="other") == [f"exec-{other.pk}"]
    assert listed(client, workflowId="other", status="completed") == []


def test_a_listed_execution_has_its_progress_and_who_started_it(client, client_for):
    operator = client_for(Role.BATCH_OPERATOR)
    operator.post(EXECUTE, {"workflowId": "test", "jobs": [{"id": "a", "type": "noop"}], "parallelism": 3})
    (one,) = client.get(EXECUTE).json()["executions"]
    assert (one["progress"]["total"], one["parallelism"], one["startedBy"]) == (1, 3, "batch_operator")
    assert (one["schedule"], one["rerunOf"]) == (None, None)


def test_a_rerun_names_what_it_runs_again(client, client_for):
    execution = graph(job("a"))
    hand = Hand()
    hand.end(*hand.claim(), outcome="fail")
    client_for(Role.BATCH_OPERATOR).post(f"{EXECUTE}/exec-{execution.pk}/retry")
    again = Execution.objects.get(rerun_of=execution)
    assert shown(client, again)["rerunOf"] == f"exec-{execution.pk}"


def test_wrong_parameters_are_named(client):
    wrong_field(client.get(EXECUTE, {"status": "done"}), "status")
    wrong_field(client.get(EXECUTE, {"workflow": "x"}), "workflow")
    wrong_field(client.get(EXECUTE, {"limit": "0"}), "limit")
    refused(client.get(EXECUTE, {"cursor": "made-up"}), 400, ErrorCode.INVALID_CURSOR)


def test_it_needs_a_reader(client_for):
    execution = graph(job("a"))
    for path in (EXECUTE, f"{EXECUTE}/exec-{execution.pk}"):
        refused(client_for().get(path), 401, ErrorCode.UNAUTHORIZED)
        refused(client_for(Role.RECONCILIATION_OPERATOR).get(path), 403, ErrorCode.FORBIDDEN)
        assert client_for(Role.INTEGRATOR).get(path).status_code == 200
    refused(client_for(Role.BATCH_ADMIN).delete(f"{EXECUTE}/exec-{execution.pk}"), 405, ErrorCode.METHOD_NOT_ALLOWED)
