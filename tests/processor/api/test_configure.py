"""`/api/batch-processor/configure`"""

import pytest

from batches.processor.queries import settings_now
from project.access.models import AuditEntry
from project.access.roles import Role

PATH = "/api/batch-processor/configure"
WEIGHTS = {"critical": 1.0, "high": 0.8, "normal": 0.5, "low": 0.2}
SEED = {
    "max_batch_size": 64,
    "max_wait_time_ms": 50,
    "enable_dynamic_batching": True,
    "priority_weights": WEIGHTS,
}


def test_the_contracts_request_is_taken_and_read_back(admin):
    answer = admin.post(PATH, SEED)
    assert (answer.status_code, answer.json()) == (200, SEED)
    assert admin.get(PATH).json() == SEED
    assert settings_now().max_batch_size == 64


def test_what_is_left_out_stays(admin):
    admin.post(PATH, SEED)
    changed = admin.post(PATH, {"enable_dynamic_batching": False, "priority_weights": {"low": 0.1}}).json()
    assert changed == {
        **SEED,
        "enable_dynamic_batching": False,
        "priority_weights": {**WEIGHTS, "low": 0.1},
    }


def test_null_goes_back_to_the_environment(admin, settings):
    settings.MAX_BATCH_SIZE = 77
    admin.post(PATH, SEED)
    assert admin.post(PATH, {"max_batch_size": None}).json()["max_batch_size"] == 77


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"max_batch_size": 0}, "max_batch_size"),
        ({"max_batch_size": 1001}, "max_batch_size"),
        ({"max_batch_size": "many"}, "max_batch_size"),
        ({"max_wait_time_ms": -1}, "max_wait_time_ms"),
        ({"max_wait_time_ms": 60_001}, "max_wait_time_ms"),
        ({"enable_dynamic_batching": "perhaps"}, "enable_dynamic_batching"),
        ({"priority_weights": {"urgent": 1}}, "priority_weights.urgent"),
        ({"priority_weights": {"high": 1.5}}, "priority_weights.high"),
        ({"priority_weights": {"high": False}}, "priority_weights.high"),
        ({"enable_dynamic_batching": 1}, "enable_dynamic_batching"),
        ({"priority_weights": 1}, "priority_weights"),
        ({"batch_size": 1}, "batch_size"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(admin, change, field):
    before = admin.get(PATH).json()
    answer = admin.post(PATH, {"max_wait_time_ms": 7, **change})
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [field])
    assert admin.get(PATH).json() == before


@pytest.mark.parametrize("nothing", [{}, {"priority_weights": {}}])
def test_a_change_of_nothing_is_refused(admin, nothing):
    answer = admin.post(PATH, nothing)
    assert (answer.status_code, "max_batch_size" in answer.json()["message"]) == (400, True)


def test_changes_are_in_the_audit_trail(admin):
    admin.post(PATH, SEED)
    entry = AuditEntry.objects.get(operation="processor.configure")
    assert (entry.actor.username, entry.after["max_batch_size"]) == ("batch_admin", 64)


@pytest.mark.parametrize("role", Role)
def test_administrators_change_and_readers_see(client_for, role):
    client = client_for(role)
    reads = role in {Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.FINANCE_VIEWER, Role.AUDITOR, Role.INTEGRATOR}
    assert client.post(PATH, SEED).status_code == (200 if role is Role.BATCH_ADMIN else 403)
    assert client.get(PATH).status_code == (200 if reads else 403)
