"""Types that the product itself submits and runs: out of reach for whoever comes over the API."""

from typing import Any

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused
from tests.distributed.remote import Remote, key_of
from tests.workers.hands import Hand, graph, job, keys, states, status
from workers.handlers import Claim, handler
from workers.models import Execution, Lane, Schedule
from workers.queries import health
from workers.services import cancel, submit_many
from workers.services.firing import fire_due

EXECUTE = "/api/distributed/execute"
SCHEDULES = "/api/distributed/schedules"
SUBMITTERS = [Role.INTEGRATOR, Role.BATCH_OPERATOR, Role.BATCH_ADMIN]
OURS = "test.internal"
MONTH_END = [f"month_end.{step}" for step in ("plan", "post", "key", "prove_leaf", "validate", "commit", "report")]


@handler(OURS, internal=True, max_attempts=1)
def ours(claim: Claim) -> dict[str, Any]:
    return {"ran": claim.key}


def closing() -> Execution:
    """An execution of the product's own, with a job that anybody might have submitted."""
    return graph(job("plain"), job("ours", "plain", type=OURS))


def ended() -> Execution:
    """The same, which the product itself has cancelled."""
    execution = closing()
    cancel(execution_id=execution.pk, reason="aborted")
    assert status(execution) == "cancelled"
    return execution


@pytest.mark.parametrize("role", SUBMITTERS)
@pytest.mark.parametrize("kind", [OURS, *MONTH_END, "month_end.settle", "month_end.abort"])
def test_nobody_submits_them(client_for, role, kind):
    jobs = [{"id": "a", "type": "noop"}, {"id": "b", "type": kind, "config": {"batch": 7}}]
    response = client_for(role).post(EXECUTE, {"workflowId": "w", "jobs": jobs})
    details = refused(response, 400, ErrorCode.INVALID_OPTION)["details"]
    assert (details["job"], details["option"], list(details["fields"])) == ("b", "type", ["jobs.1.type"])
    assert not Execution.objects.exists()


@pytest.mark.parametrize("role", [Role.BATCH_OPERATOR, Role.BATCH_ADMIN])
def test_no_schedule_has_them(client_for, role):
    client, plan = client_for(role), {"name": "s", "workflowId": "w", "intervalSeconds": 60}
    wrong = refused(
        client.post(SCHEDULES, {**plan, "jobs": [{"id": "a", "type": OURS}]}), 400, ErrorCode.INVALID_OPTION
    )
    assert list(wrong["details"]["fields"]) == ["jobs.0.type"]
    client.post(SCHEDULES, {**plan, "jobs": [{"id": "a", "type": "noop"}]})
    wrong = client.patch(f"{SCHEDULES}/s", {"jobs": [{"id": "a", "type": OURS}]})
    refused(wrong, 400, ErrorCode.INVALID_OPTION)
    Schedule.objects.update(jobs=[{"id": "a", "type": OURS}], next_run_at="2025-01-01T00:00:00Z")
    refused(client.post(f"{SCHEDULES}/s/run"), 400, ErrorCode.INVALID_OPTION)
    assert OURS in str(fire_due()[0].error)
    assert not Execution.objects.exists()


@pytest.mark.parametrize("about", [{}, {"types": [OURS]}, {"types": [OURS], "queues": ["default"]}])
@pytest.mark.parametrize("role", [Role.WORKER, Role.BATCH_ADMIN])
def test_no_remote_worker_gets_them(role, about):
    graph(job("ours", type=OURS))
    submit_many(workflow="bulk", type=OURS, payloads=[{}])
    graph(job("plain", type="noop"))
    remote = Remote(key_of("worker", role), **about)
    assert [one["id"] for one in remote.claim()] == ([] if about else ["plain"])


def test_the_products_own_workers_run_them(workers, run_jobs):
    execution = closing()
    run_jobs()
    assert states(execution) == {"plain": "completed", "ours": "completed"}


def test_a_type_that_became_internal_has_lanes_of_its_own():
    graph(job("old", type=OURS))
    Lane.objects.update(internal=False)
    graph(job("new", type=OURS))
    assert keys(Hand().claim()) == ["old"]


def test_a_remote_worker_is_no_worker_for_them(client_for):
    execution = graph(job("ours", type=OURS))
    hand = Hand()
    client = client_for(Role.INTEGRATOR)
    (reason,) = client.get(f"{EXECUTE}/exec-{execution.pk}/jobs/ours/explain").json()["reasons"]
    assert reason["kind"] == "NO_CAPABLE_WORKER"
    assert reason["text"] == f'No live worker of queue "default" has a handler for type "{OURS}".'
    assert health.Code.NO_CAPABLE_WORKER in {warning.code for warning in health.warnings()}
    sql.execute("UPDATE worker SET has_session = true WHERE id = %s", [hand.id])
    sql.value("SELECT pg_advisory_lock(1, %s)", [hand.id])
    try:
        (reason,) = client.get(f"{EXECUTE}/exec-{execution.pk}/jobs/ours/explain").json()["reasons"]
        assert reason["kind"] == "WAITING_TURN"
    finally:
        sql.value("SELECT pg_advisory_unlock(1, %s)", [hand.id])


@pytest.mark.parametrize("role", SUBMITTERS)
def test_nobody_cancels_an_execution_that_has_them(client_for, role):
    execution = closing()
    body = refused(client_for(role).post(f"{EXECUTE}/exec-{execution.pk}/cancel"), 403, ErrorCode.FORBIDDEN)
    assert body["details"] == {"execution": f"exec-{execution.pk}", "type": OURS}
    assert "where it was started" in body["message"]
    assert status(execution) == "pending"


@pytest.mark.parametrize("role", SUBMITTERS)
@pytest.mark.parametrize(("verb", "body"), [("retry", {}), ("rerun", {"from": "plain"}), ("rerun", {"from": "ours"})])
def test_nobody_runs_an_execution_again_that_has_them(client_for, role, verb, body):
    execution = ended()
    refused(client_for(role).post(f"{EXECUTE}/exec-{execution.pk}/{verb}", body), 403, ErrorCode.FORBIDDEN)
    assert Execution.objects.count() == 1


def test_draining_a_queue_leaves_them(client_for):
    execution = graph(job("plain"), job("ours", type=OURS))
    response = client_for(Role.BATCH_OPERATOR).post("/api/distributed/queues/default/drain", {"reason": "enough"})
    assert response.json()["cancelled"] == 1
    assert states(execution) == {"plain": "cancelled"}
