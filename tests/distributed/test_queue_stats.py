"""GET /api/distributed/queue/stats."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import Hand, graph, job
from workers.services import cancel, queues

STATS = "/api/distributed/queue/stats"
NONE = {
    "waiting": 0,
    "active": 0,
    "completed": 0,
    "failed": 0,
    "delayed": 0,
    "paused": 0,
    "waitingChildren": 0,
    "cancelled": 0,
    "total": 0,
}


@pytest.fixture
def client(client_for):
    return client_for(Role.FINANCE_VIEWER)


def counted(client, **query):
    response = client.get(STATS, query)
    assert response.status_code == 200
    return {state: count for state, count in response.json()["stats"].items() if count}


def test_an_idle_engine(client):
    assert client.get(STATS).json() == {"success": True, "healthy": True, "stats": NONE}


def test_each_job_is_counted_where_it_is(client):
    later = timezone.now() + timedelta(hours=1)
    graph(job("a"), job("b"), job("c"), job("d", "a", "b"), job("later", run_at=later), job("later too", run_at=later))
    Hand().claim(1)
    assert counted(client) == {"waiting": 2, "active": 1, "waitingChildren": 1, "delayed": 2, "total": 6}


def test_ended_jobs_are_counted_since_the_beginning(client):
    graph(job("a"), job("b", max_attempts=1), job("c", "b"))
    hand = Hand()
    one, other = hand.claim()
    hand.complete(one)
    hand.end(other)
    cancel(execution_id=graph(job("x"), job("y", "x")).pk, reason="enough")
    assert counted(client) == {"completed": 1, "failed": 1, "cancelled": 3, "total": 5}


def test_ended_jobs_are_counted_once_while_minutes_are_folded(client):
    graph(job("a"))
    hand = Hand()
    hand.complete(*hand.claim())
    sql.execute("UPDATE tally SET second = second - interval '3 minutes'")
    before = counted(client)
    sql.rows("SELECT workers.fold_tally(q.id) FROM queue q")
    assert counted(client) == before == {"completed": 1, "total": 1}


def test_what_is_due_in_a_paused_queue_is_paused(client):
    graph(
        job("a"), job("b", queue="reports"), job("later", queue="reports", run_at=timezone.now() + timedelta(hours=1))
    )
    queues.pause(queue="reports")
    assert counted(client) == {"waiting": 1, "paused": 1, "delayed": 1, "total": 3}
    queues.pause()
    assert counted(client) == {"paused": 2, "delayed": 1, "total": 3}


def test_a_pause_that_is_over_pauses_nothing(client):
    graph(job("a"))
    queues.pause()
    sql.execute("UPDATE queue_pause SET until = now()")
    assert counted(client) == {"waiting": 1, "total": 1}


def test_jobs_that_a_parallelism_holds_back_are_waiting(client):
    graph(*(job(str(number)) for number in range(250)), parallelism=1)
    assert counted(client) == {"waiting": 250, "total": 250}


def test_one_queue(client):
    graph(job("a"), job("b", queue="reports"), job("c", queue="reports"))
    assert counted(client, queue="reports") == {"waiting": 2, "total": 2}
    assert counted(client, queue="default") == {"waiting": 1, "total": 1}


def test_waiting_jobs_without_a_worker_are_not_healthy(client):
    graph(job("a"))
    assert client.get(STATS).json()["healthy"] is False
    Hand()
    assert client.get(STATS).json()["healthy"] is True


def test_an_unknown_queue_is_404_and_a_wrong_parameter_400(client):
    assert refused(client.get(STATS, {"queue": "nobody's"}), 404, ErrorCode.NOT_FOUND)["details"] == {
        "queue": "nobody's"
    }
    assert "Known are: queue" in wrong_field(client.get(STATS, {"queues": "default"}), "queues")


def test_it_needs_a_reader_and_takes_get_alone(client_for):
    refused(client_for().get(STATS), 401, ErrorCode.UNAUTHORIZED)
    refused(client_for(Role.RECONCILIATION_OPERATOR).get(STATS), 403, ErrorCode.FORBIDDEN)
    refused(client_for(Role.BATCH_ADMIN).post(STATS), 405, ErrorCode.METHOD_NOT_ALLOWED)
    for role in (Role.AUDITOR, Role.WORKER, Role.INTEGRATOR):
        assert client_for(role).get(STATS).status_code == 200
