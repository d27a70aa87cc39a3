"""POST /api/distributed/queue/pause and /resume."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import Hand, graph, heard, job, keys, own_session
from workers.models import QueuePause

PAUSE = "/api/distributed/queue/pause"
RESUME = "/api/distributed/queue/resume"


@pytest.fixture
def client(client_for):
    return client_for(Role.BATCH_OPERATOR)


def test_nothing_is_claimed_while_all_is_paused_and_everything_after(client):
    graph(job("a"), job("b", queue="reports"))
    hand = Hand(queues=["default", "reports"])
    response = client.post(PAUSE)
    assert response.status_code == 200
    assert (response.json()["success"], response.json()["message"]) == (True, "All queues are paused.")
    assert hand.claim() == []
    assert client.post(RESUME).json() == {"success": True, "message": "All queues go on.", "stillPaused": []}
    assert keys(hand.claim()) == ["a", "b"]


def test_what_runs_goes_on_through_a_pause(client):
    execution = graph(job("a"))
    hand = Hand()
    jobs = hand.claim()
    client.post(PAUSE)
    assert hand.complete(*jobs) == []
    execution.refresh_from_db()
    assert execution.status == "completed"


def test_one_queue_is_paused_with_who_why_and_until(client):
    graph(job("a"), job("b", queue="reports"))
    until = timezone.now() + timedelta(hours=1)
    client.post(PAUSE, {"queue": "reports", "reason": "The printer burns.", "until": until.isoformat()})
    paused = QueuePause.objects.get()
    assert (paused.queue.name, paused.paused_by, paused.reason, paused.until) == (
        "reports",
        "batch_operator",
        "The printer burns.",
        until,
    )
    assert keys(Hand(queues=["default", "reports"]).claim()) == ["a"]


def test_pausing_again_changes_the_reason_and_keeps_the_beginning(client):
    first = client.post(PAUSE, {"reason": "one"}).json()
    second = client.post(PAUSE, {"reason": "other"}).json()
    assert first["since"] == second["since"]
    assert QueuePause.objects.get().reason == "other"


def test_a_pause_after_one_that_is_over_begins_anew(client):
    first = client.post(PAUSE).json()["since"]
    QueuePause.objects.update(until=timezone.now())
    assert client.post(PAUSE).json()["since"] > first


def test_the_pause_of_one_queue_outlasts_that_of_all(client):
    graph(job("a"), job("b", queue="reports"))
    client.post(PAUSE)
    client.post(PAUSE, {"queue": "reports"})
    assert client.post(RESUME).json() == {
        "success": True,
        "message": "All queues go on; still paused: reports.",
        "stillPaused": ["reports"],
    }
    assert keys(Hand(queues=["default", "reports"]).claim()) == ["a"]


def test_the_pause_of_all_outlasts_that_of_one_queue(client):
    client.post(PAUSE)
    client.post(PAUSE, {"queue": "default"})
    assert client.post(RESUME, {"queue": "default"}).json()["stillPaused"] == ["default"]


def test_resuming_what_is_not_paused_says_so(client):
    assert client.post(RESUME).json()["message"] == "All queues were not paused."
    assert client.post(RESUME, {"queue": "default"}).json()["message"] == 'The queue "default" was not paused.'


def test_resuming_wakes_the_workers(client):
    graph(job("a"), job("b", queue="reports"))
    client.post(PAUSE)
    with own_session() as session:
        session.execute("LISTEN workers")
        client.post(RESUME)
        assert sorted(heard(session)) == ["default", "reports"]


def test_both_are_in_the_audit_trail(client):
    client.post(PAUSE, {"queue": "default", "reason": "why not"})
    client.post(RESUME)
    resumed, paused = AuditEntry.objects.filter(operation__startswith="queue.").order_by("-id")
    assert (paused.operation, paused.target, paused.after["reason"]) == ("queue.pause", "default", "why not")
    assert (resumed.operation, resumed.target, resumed.actor_name) == ("queue.resume", "*", "batch_operator")


@pytest.mark.parametrize("path", [PAUSE, RESUME])
def test_an_unknown_queue_is_404_and_nothing_is_written(client, path):
    refused(client.post(path, {"queue": "nobody's"}), 404, ErrorCode.NOT_FOUND)
    assert not QueuePause.objects.exists()
    assert not AuditEntry.objects.filter(operation__startswith="queue.").exists()


@pytest.mark.parametrize("zone", ["+23:59", "-23:59", "Z"])
def test_an_end_in_any_zone(client, zone):
    assert client.post(PAUSE, {"until": f"7661-10-04T11:52:30{zone}"}).status_code == 200
    assert "year" in wrong_field(client.post(PAUSE, {"until": "0001-01-01T00:00:00+16:00"}), "until")


def test_wrong_fields_are_named(client):
    assert "Known are: queue, reason, until." in wrong_field(client.post(PAUSE, {"untli": 1}), "untli")
    assert "as text" in wrong_field(client.post(PAUSE, {"until": 1}), "until")
    assert wrong_field(client.post(PAUSE, {"until": "2025-02-01T06:00:00"}), "until")
    assert "has passed" in wrong_field(client.post(PAUSE, {"until": "2025-02-01T06:00:00Z"}), "until")
    assert wrong_field(client.post(RESUME, {"queue": ""}), "queue")
    assert refused(client.post(PAUSE, [1]), 400, ErrorCode.INVALID_REQUEST)["message"] == "The body: Must be an object."
    assert refused(client.post(PAUSE, "null", content_type="application/json"), 400, ErrorCode.INVALID_REQUEST)


@pytest.mark.parametrize("path", [PAUSE, RESUME])
def test_it_needs_an_operator(client_for, path):
    refused(client_for().post(path), 401, ErrorCode.UNAUTHORIZED)
    for role in (Role.INTEGRATOR, Role.WORKER, Role.FINANCE_VIEWER):
        refused(client_for(role).post(path), 403, ErrorCode.FORBIDDEN)
    refused(client_for(Role.BATCH_ADMIN).get(path), 405, ErrorCode.METHOD_NOT_ALLOWED)
    assert client_for(Role.BATCH_ADMIN).post(path).status_code == 200
