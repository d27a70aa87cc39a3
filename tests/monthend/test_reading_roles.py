"""Who may read and steer batches, and what an unknown batch gives."""

import pytest

from project.access.roles import ALL_READERS, Role
from tests.monthend.closing import initiate

READ = [
    "/api/v1/batch",
    "/api/v1/batch/2025-01-MONTHEND/status",
    "/api/v1/batch/2025-01-MONTHEND/workers",
    "/api/v1/batch/2025-01-MONTHEND/metrics",
    "/api/v1/batch/2025-01-MONTHEND/validation",
    "/api/v1/batch/2025-01-MONTHEND/report",
    "/api/v1/batch/2025-01-MONTHEND/certificate",
    "/api/v1/batch/2025-01-MONTHEND/proof",
]
ADMINS = {Role.BATCH_ADMIN}
OPERATORS = {Role.BATCH_ADMIN, Role.BATCH_OPERATOR}
WRITE = {
    "/api/v1/batch/2025-01-MONTHEND/abort": (ADMINS, {"reason": "x"}),
    "/api/v1/batch/2025-01-MONTHEND/reverse": (ADMINS, {"reason": "x"}),
    "/api/v1/batch/2025-01-MONTHEND/resume": (OPERATORS, {}),
    "/api/v1/batch/2025-01-MONTHEND/workers/1/restart": (OPERATORS, {"reason": "x"}),
}
OF_ONE_BATCH = [*READ[1:], *WRITE]


def answer_of(client, path):
    return client.post(path, WRITE[path][1], format="json") if path in WRITE else client.get(path)


@pytest.mark.parametrize("path", READ)
def test_readers_may_read_and_others_not(january, client_for, path):
    initiate()
    for role in Role:
        status = client_for(role).get(path).status_code
        assert (status == 403) is (role not in ALL_READERS), role


@pytest.mark.parametrize("path", WRITE)
def test_only_the_right_roles_steer(january, client_for, path):
    for role in Role:
        status = answer_of(client_for(role), path).status_code
        assert status == (404 if role in WRITE[path][0] else 403), role


@pytest.mark.parametrize("path", [*READ, *WRITE])
def test_nobody_passes_without_a_key(january, client_for, path):
    answer = answer_of(client_for(None), path)
    assert (answer.status_code, answer.json()["error"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("path", OF_ONE_BATCH)
def test_an_unknown_batch_is_a_404_that_names_it(january, admin, path):
    answer = answer_of(admin, path)
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")
    assert "2025-01-MONTHEND" in answer.json()["message"]


@pytest.mark.parametrize("path", OF_ONE_BATCH)
def test_another_method_is_a_405(january, admin, path):
    answer = admin.get(path) if path in WRITE else admin.post(path, {}, format="json")
    assert (answer.status_code, answer.json()["error"]) == (405, "METHOD_NOT_ALLOWED")
