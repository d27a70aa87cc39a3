"""POST /api/distributed/execute/{executionId}/cancel, /retry and /rerun."""

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import Hand, graph, job, keys
from workers.models import Execution


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


def path(execution, verb):
    return f"/api/distributed/execute/exec-{execution.pk}/{verb}"


def one_failed():
    """An execution whose first job completed and whose second failed; the third was cancelled by it."""
    execution = graph(job("a"), job("b", "a", max_attempts=1), job("c", "b"))
    hand = Hand()
    hand.complete(*hand.claim(), output={"rows": 5})
    hand.end(*hand.claim())
    return execution


def test_cancelling_ends_waiting_and_active_jobs(client):
    execution = graph(job("a"), job("b"), job("c", "a", "b"))
    hand = Hand()
    claimed = hand.claim(1)
    response = client.post(path(execution, "cancel"), {"reason": "Wrong month."})
    body = response.json()["execution"]
    assert (response.status_code, body["status"], body["cancelReason"]) == (200, "cancelled", "Wrong month.")
    assert body["progress"] == {"total": 3, "completed": 0, "failed": 0, "running": 0, "cancelled": 3, "waiting": 0}
    assert [one["answer"] for one in hand.complete(*claimed)] == ["refused"]
    entry = AuditEntry.objects.get(operation="execution.cancel")
    assert (entry.target, entry.details) == (f"exec-{execution.pk}", {"reason": "Wrong month."})


def test_cancelling_twice_or_after_the_end_changes_nothing(client):
    execution = graph(job("a"))
    client.post(path(execution, "cancel"), {"reason": "one"})
    body = client.post(path(execution, "cancel"), {"reason": "other"}).json()["execution"]
    assert (body["status"], body["cancelReason"]) == ("cancelled", "one")
    assert AuditEntry.objects.filter(operation="execution.cancel").count() == 1


def test_retrying_runs_what_failed_as_a_new_execution(client):
    execution = one_failed()
    body = client.post(path(execution, "retry")).json()
    again = Execution.objects.get(rerun_of=execution)
    assert (body["success"], body["executionId"], body["jobCount"]) == (True, f"exec-{again.pk}", 2)
    assert keys(Hand("two").claim()) == ["b"]
    entry = AuditEntry.objects.get(operation="execution.retry")
    assert (entry.target, entry.details) == (f"exec-{again.pk}", {"rerun_of": f"exec-{execution.pk}", "jobs": 2})


def test_retrying_what_has_not_ended_or_not_failed_is_409(client):
    execution = graph(job("a"))
    refused(client.post(path(execution, "retry")), 409, ErrorCode.EXECUTION_NOT_ENDED)
    hand = Hand()
    hand.complete(*hand.claim())
    refused(client.post(path(execution, "retry")), 409, ErrorCode.NOTHING_TO_RETRY)


def test_running_again_from_a_job_takes_what_is_below_it_along(client):
    execution = one_failed()
    body = client.post(path(execution, "rerun"), {"from": "a"}).json()
    assert body["jobCount"] == 3
    assert keys(Hand("two").claim()) == ["a"]
    entry = AuditEntry.objects.get(operation="execution.rerun")
    assert entry.details == {"rerun_of": f"exec-{execution.pk}", "from": "a", "jobs": 3}


def test_running_again_needs_a_job_of_the_execution(client):
    execution = one_failed()
    wrong_field(client.post(path(execution, "rerun")), "from")
    refused(client.post(path(execution, "rerun"), {"from": "nobody"}), 404, ErrorCode.NOT_FOUND)


@pytest.mark.parametrize(("verb", "body"), [("cancel", {}), ("retry", {}), ("rerun", {"from": "a"})])
def test_an_unknown_execution_is_404(client, verb, body):
    for number in ("exec-999", "exec-0", "exec-9223372036854775808", "999", "exec-x"):
        response = client.post(f"/api/distributed/execute/{number}/{verb}", body)
        refused(response, 404, ErrorCode.NOT_FOUND)


def test_errors_call_an_execution_what_everything_else_calls_it(client):
    def told(response):
        body = response.json()
        return body["error"], body["message"].split(".")[0], body["details"]["execution"]

    first = one_failed()
    name, again = f"exec-{first.pk}", f"exec-{first.pk + 1}"
    for response in (client.get("/api/distributed/execute/exec-999"), client.post(path(Execution(pk=999), "cancel"))):
        assert told(response) == ("NOT_FOUND", "There is no execution exec-999", "exec-999")
    assert told(client.post(path(Execution(pk=999), "retry"))) == (
        "NOT_FOUND", "There is no execution exec-999", "exec-999",
    )  # fmt: skip
    assert told(client.post(path(first, "rerun"), {"from": "x"})) == ("NOT_FOUND", f'{name} has no job "x"', name)
    assert told(client.get(f"/api/distributed/execute/{name}/jobs/x")) == ("NOT_FOUND", f'{name} has no job "x"', name)
    assert told(client.post(path(first, "rerun"), {"from": "c"}))[::2] == ("PARENT_NOT_COMPLETED", name)
    client.post(path(first, "retry"))
    conflict = told(client.post(path(first, "retry")))
    assert conflict == ("EXECUTION_NOT_ENDED", f"{again} runs parts of {name} again and has not ended yet", again)
    assert told(client.post(path(Execution(pk=first.pk + 1), "retry")))[1] == f"{again} has not ended yet"
    whole = graph(job("a"))
    hand = Hand("three", types=["noop"])
    hand.complete(*hand.claim())
    hand.complete(*hand.claim())
    assert told(client.post(path(whole, "retry")))[::2] == ("NOTHING_TO_RETRY", f"exec-{whole.pk}")


@pytest.mark.parametrize("verb", ["cancel", "retry", "rerun"])
def test_unknown_fields_and_others_roles_are_refused(client, client_for, verb):
    execution = graph(job("a"))
    body = refused(client.post(path(execution, verb), {"why": 1}), 400, ErrorCode.INVALID_REQUEST)
    assert "why" in body["details"]["fields"]
    for role in (Role.FINANCE_VIEWER, Role.WORKER):
        refused(client_for(role).post(path(execution, verb)), 403, ErrorCode.FORBIDDEN)
    refused(client_for().post(path(execution, verb)), 401, ErrorCode.UNAUTHORIZED)
    refused(client.get(path(execution, verb)), 405, ErrorCode.METHOD_NOT_ALLOWED)
