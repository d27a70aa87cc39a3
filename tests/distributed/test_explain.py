"""GET .../explain of executions and jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused
from tests.workers.hands import Hand, graph, job
from workers.services import queues


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


def reasons(client, execution, *below):
    path = "/".join(["/api/distributed/execute", f"exec-{execution.pk}", *below, "explain"])
    body = client.get(path).json()
    assert body["success"] is True
    assert all(reason["text"] for reason in body["reasons"])
    return {reason["kind"]: reason for reason in body["reasons"]}


def test_an_execution_tells_each_reason_and_how_many_jobs_it_holds_up(client):
    later = timezone.now() + timedelta(hours=1)
    execution = graph(job("a", type="gpu.train"), job("b", type="gpu.train"), job("c", "a"), job("d", run_at=later))
    Hand(types=["noop"])
    found = reasons(client, execution)
    assert {kind: found[kind]["jobs"] for kind in ("NO_CAPABLE_WORKER", "DEPENDENCY", "DELAYED")} == {
        "NO_CAPABLE_WORKER": 2,
        "DEPENDENCY": 1,
        "DELAYED": 1,
    }
    assert "gpu.train" in found["NO_CAPABLE_WORKER"]["text"]


def test_a_pause_tells_who_why_and_until(client):
    execution = graph(job("a"))
    Hand()
    queues.pause(queue="default", reason="The printer burns.")
    details = reasons(client, execution, "jobs", "a")["PAUSED"]["details"]
    assert (details["queue"], details["by"], details["reason"]) == ("default", "system", "The printer burns.")


def test_a_waiting_an_active_and_an_ended_job(client):
    execution = graph(job("a"), job("b", "a"))
    hand = Hand("worker-1")
    assert reasons(client, execution, "jobs", "a").keys() == {"WAITING_TURN"}
    claimed = hand.claim()
    assert reasons(client, execution, "jobs", "a")["RUNNING"]["details"]["worker"] == "worker-1"
    assert reasons(client, execution, "jobs", "b")["DEPENDENCY"]["details"]["dependsOn"] == ["a"]
    hand.complete(*claimed)
    assert reasons(client, execution, "jobs", "a")["ENDED"]["details"]["state"] == "completed"


def test_a_job_with_a_slash_in_its_id(client):
    assert reasons(client, graph(job("a/b")), "jobs", "a/b")


def test_what_does_not_exist_is_404(client):
    execution = graph(job("a"))
    refused(client.get(f"/api/distributed/execute/exec-{execution.pk}/jobs/b/explain"), 404, ErrorCode.NOT_FOUND)
    refused(client.get("/api/distributed/execute/exec-999/jobs/a/explain"), 404, ErrorCode.NOT_FOUND)
    refused(client.get("/api/distributed/execute/exec-999/explain"), 404, ErrorCode.NOT_FOUND)


def test_it_needs_a_reader(client_for):
    path = f"/api/distributed/execute/exec-{graph(job('a')).pk}/explain"
    refused(client_for().get(path), 401, ErrorCode.UNAUTHORIZED)
    refused(client_for(Role.RECONCILIATION_OPERATOR).get(path), 403, ErrorCode.FORBIDDEN)
    refused(client_for(Role.BATCH_ADMIN).post(path), 405, ErrorCode.METHOD_NOT_ALLOWED)
