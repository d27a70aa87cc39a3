"""POST /api/distributed/workers/{workerId}/heartbeat"""

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.distributed.remote import WORKERS, Remote, key_of
from workers.models import Worker


@pytest.fixture
def worker(client_for) -> Remote:
    return Remote(client_for(Role.WORKER))


def test_it_notes_the_load_and_the_time(worker):
    body = worker.call("heartbeat", currentLoad=3).json()
    noted = Worker.objects.get()
    assert body == {
        "success": True,
        "workerId": "worker-1",
        "status": "busy",
        "currentLoad": 3,
        "lastHeartbeat": noted.last_heartbeat.isoformat().replace("+00:00", "Z"),
    }
    assert noted.current_load == 3
    assert noted.last_heartbeat > noted.started_at
    assert worker.call("heartbeat", currentLoad=0).json()["status"] == "idle"


def test_that_of_an_unknown_worker_is_404_and_says_register(worker):
    body = refused(
        worker.client.post(f"{WORKERS}/nobody/heartbeat", {"currentLoad": 0}), 404, ErrorCode.WORKER_NOT_REGISTERED
    )
    assert "POST /api/distributed/workers/register" in body["message"]


def test_that_of_a_worker_that_was_deregistered_is_404(worker):
    worker.client.delete(worker.path)
    refused(worker.call("heartbeat", currentLoad=0), 404, ErrorCode.WORKER_NOT_REGISTERED)


@pytest.mark.parametrize("load", [-1, 1.5, "1", None, True, 2**31])
def test_a_wrong_load_is_400(worker, load):
    wrong_field(worker.call("heartbeat", currentLoad=load), "currentLoad")


def test_no_load_is_400(worker):
    assert wrong_field(worker.call("heartbeat"), "currentLoad") == "This field is required."


def test_another_users_key_is_403(worker):
    stranger = key_of("stranger", Role.WORKER)
    refused(stranger.post(f"{worker.path}/heartbeat", {"currentLoad": 0}), 403, ErrorCode.FORBIDDEN)
    administrator = key_of("administrator", Role.BATCH_ADMIN)
    assert administrator.post(f"{worker.path}/heartbeat", {"currentLoad": 0}).status_code == 200


def test_an_integrator_or_nobody_may_not(worker, client_for):
    refused(client_for(Role.INTEGRATOR).post(f"{worker.path}/heartbeat", {}), 403, ErrorCode.FORBIDDEN)
    refused(client_for().post(f"{worker.path}/heartbeat", {}), 401, ErrorCode.UNAUTHORIZED)


def test_each_worker_has_a_bucket_of_its_own_beside_the_keys(worker, settings):
    settings.WORKER_RATE_PER_MINUTE = 2
    settings.API_RATE_PER_MINUTE = 3
    other = Remote(worker.client, "worker-2")  # one call of the key
    for each in (worker, other):
        assert [each.call("heartbeat", currentLoad=0).status_code for _ in range(3)] == [200, 200, 429]
    assert worker.client.get(WORKERS).status_code == 200


def test_calls_for_workers_that_are_not_ones_own_count_for_the_key(worker, settings):
    settings.API_RATE_PER_MINUTE = 2
    stranger = key_of("stranger", Role.WORKER)
    statuses = [stranger.post(f"{worker.path}/heartbeat", {"currentLoad": 0}).status_code for _ in range(3)]
    assert statuses == [403, 403, 429]


def test_the_bucket_may_be_bottomless(worker, settings):
    settings.WORKER_RATE_PER_MINUTE = 0
    assert worker.call("heartbeat", currentLoad=0).status_code == 200


def test_heartbeats_change_no_index(worker):
    """Each is one heap-only update: a thousand workers cost no more than their rows."""
    before = updates()
    for load in range(200):
        worker.call("heartbeat", currentLoad=load)
    after = updates()
    assert after["all"] >= before["all"] + 200
    assert after["hot"] - before["hot"] > 0.9 * (after["all"] - before["all"])


def updates() -> dict[str, int]:
    """Of the table of workers, since the statistics began."""
    sql.value("SELECT pg_stat_force_next_flush()")
    return sql.row("SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'worker'")
