"""GET /api/distributed/execute/{executionId}/jobs and what is below it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import Hand, graph, job


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


def path(execution, *below):
    return "/".join(["/api/distributed/execute", f"exec-{execution.pk}", "jobs", *below])


def ids(client, execution, **query):
    return [one["id"] for one in client.get(path(execution), query).json()["jobs"]]


def test_jobs_are_listed_in_their_order_in_pages(client):
    execution = graph(*(job(f"j{number}") for number in range(5)))
    first = client.get(path(execution), {"limit": 3}).json()
    second = client.get(path(execution), {"limit": 3, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["jobs"] + second["jobs"]] == [f"j{number}" for number in range(5)]
    assert (first["success"], second["next"]) == (True, None)


def test_jobs_are_filtered_by_each_state(client):
    later = timezone.now() + timedelta(hours=1)
    execution = graph(
        job("done", priority="urgent"),
        job("failed", priority="urgent", max_attempts=1),
        job("active", priority="urgent"),
        job("dropped", "failed"),
        job("child", "active"),
        job("waits"),
        job("later", run_at=later),
    )
    hand = Hand()
    claimed = {one["key"]: one for one in hand.claim(3)}
    hand.complete(claimed["done"])
    hand.end(claimed["failed"])
    states = {
        "completed": "done",
        "failed": "failed",
        "active": "active",
        "cancelled": "dropped",
        "waiting-children": "child",
        "waiting": "waits",
        "delayed": "later",
    }
    for state, key in states.items():
        assert ids(client, execution, state=state) == [key]
    assert wrong_field(client.get(path(execution), {"state": "done"}), "state")


def test_a_job_shows_its_attempts_what_it_got_and_gave(client):
    execution = graph(job("a", payload={"rows": 5}, name="First", backoff_seconds=0.0), job("b", "a"))
    hand = Hand("worker-1")
    hand.end(*hand.claim(), error="it broke")
    (claimed,) = hand.claim()
    sql.routine("workers.save_checkpoint", claimed["fence"], claimed["job_id"], {"done": 3})
    hand.complete(claimed, output={"sum": 9})
    one = client.get(path(execution, "a")).json()["job"]
    assert (one["id"], one["name"], one["type"], one["state"]) == ("a", "First", "noop", "completed")
    assert (one["config"], one["output"]) == ({"rows": 5}, {"sum": 9})
    assert [(attempt["outcome"], attempt["error"], attempt["workerId"]) for attempt in one["attempts"]] == [
        ("retried", "it broke", "worker-1"),
        ("completed", None, "worker-1"),
    ]
    assert (one["checkpoint"]["data"], one["dependsOn"]) == ({"done": 3}, [])
    assert one["dependents"] == [
        {"executionId": f"exec-{execution.pk}", "id": "b", "state": "waiting", "onFailure": "cancel"}
    ]


def test_an_active_job_tells_who_runs_it(client):
    execution = graph(job("a"))
    Hand("worker-1").claim()
    one = client.get(path(execution, "a")).json()["job"]
    assert (one["state"], one["workerId"], one["attempt"], one["finishedAt"]) == ("active", "worker-1", 1, None)
    assert [attempt["outcome"] for attempt in one["attempts"]] == ["active"]


def test_an_id_may_have_any_character(client):
    execution = graph(job("a/b c"), job("ä"))
    assert client.get(path(execution, "a/b c")).json()["job"]["id"] == "a/b c"
    assert client.get(path(execution, "ä")).json()["job"]["id"] == "ä"


def test_what_does_not_exist_is_404(client):
    execution = graph(job("a"))
    refused(client.get(path(execution, "nobody")), 404, ErrorCode.NOT_FOUND)
    refused(client.get(path(execution, "nul%00")), 404, ErrorCode.NOT_FOUND)
    refused(client.get("/api/distributed/execute/exec-999/jobs"), 404, ErrorCode.NOT_FOUND)
    refused(client.get("/api/distributed/execute/exec-999/jobs/a"), 404, ErrorCode.NOT_FOUND)


def test_it_needs_a_reader(client_for):
    execution = graph(job("a"))
    for place in (path(execution), path(execution, "a")):
        refused(client_for().get(place), 401, ErrorCode.UNAUTHORIZED)
        refused(client_for(Role.RECONCILIATION_OPERATOR).get(place), 403, ErrorCode.FORBIDDEN)
        refused(client_for(Role.BATCH_ADMIN).post(place), 405, ErrorCode.METHOD_NOT_ALLOWED)
