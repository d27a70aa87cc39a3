"""GET /api/distributed/health."""

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused
from tests.workers.hands import Hand, graph, job

HEALTH = "/api/distributed/health"


@pytest.fixture(autouse=True)
def _clean(database: None) -> None:
    """What earlier tests left of dead rows would be a warning."""
    sql.execute("VACUUM")


def test_an_idle_installation_is_healthy(client_for):
    body = client_for(Role.INTEGRATOR).get(HEALTH).json()
    assert (body["success"], body["healthy"], body["warnings"]) == (True, True, [])
    assert body["components"] == {"queue": True, "workerManager": True, "stateStore": True}
    assert body["workers"] == {
        "total": 0,
        "active": 0,
        "idle": 0,
        "busy": 0,
        "unhealthy": 0,
        "utilizationPercent": 0.0,
    }


def test_workers_are_counted_by_what_they_do(client_for):
    for name, load, slots in (("idle", 0, 4), ("busy", 3, 4), ("new", None, 2), ("silent", 1, 10)):
        hand = Hand(name, slots=slots)
        sql.execute("UPDATE worker SET current_load = %s WHERE id = %s", [load, hand.id])
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '1 hour' WHERE name = 'silent'")
    body = client_for(Role.INTEGRATOR).get(HEALTH).json()
    assert body["workers"] == {
        "total": 4,
        "active": 3,
        "idle": 1,
        "busy": 1,
        "unhealthy": 1,
        "utilizationPercent": 30.0,
    }
    assert body["healthy"] is True
    assert [warning["code"] for warning in body["warnings"]] == ["SILENT_WORKER"]


def test_it_is_not_healthy_while_jobs_wait_for_nobody(client_for):
    graph(job("a"))
    hand = Hand()
    client = client_for(Role.INTEGRATOR)
    assert client.get(HEALTH).json()["healthy"] is True
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '1 hour' WHERE id = %s", [hand.id])
    response = client.get(HEALTH)
    body = response.json()
    assert (response.status_code, body["success"], body["healthy"]) == (200, True, False)
    assert body["components"] == {"queue": False, "workerManager": False, "stateStore": True}
    assert all(warning["text"] and warning["mend"] for warning in body["warnings"])


def test_any_role_may_look(client_for):
    for role in Role:
        assert client_for(role).get(HEALTH).status_code == 200
    refused(client_for().get(HEALTH), 401, ErrorCode.UNAUTHORIZED)
    refused(client_for(Role.WORKER).post(HEALTH), 405, ErrorCode.METHOD_NOT_ALLOWED)
