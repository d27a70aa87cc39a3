"""Who may submit, see and cancel which batch."""

import pytest

from project.access.roles import Role
from tests.transform.api.batches import ITEM, PATH, queued, send

SUBMITTERS = {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR}
READERS = SUBMITTERS | {Role.AUDITOR}
ANY = f"{PATH}/batch_none"
RIGHT = {
    ("POST", PATH): SUBMITTERS,
    ("GET", ANY): READERS,
    ("GET", f"{ANY}/results"): READERS,
    ("GET", f"{ANY}/errors"): READERS,
    ("POST", f"{ANY}/cancel"): SUBMITTERS,
}


@pytest.mark.parametrize(("method", "path"), RIGHT)
@pytest.mark.parametrize("role", Role)
def test_only_the_right_roles_pass(client_for, method, path, role):
    response = client_for(role).generic(method, path, b"{}", content_type="application/json")
    assert (response.status_code == 403) is (role not in RIGHT[method, path])
    assert response.status_code != 401
    if response.status_code == 403:
        assert response.json()["error"] == "forbidden"


@pytest.mark.parametrize(("method", "path"), RIGHT)
def test_nobody_passes_without_a_key(client_for, method, path):
    response = client_for(None).generic(method, path, b"{}", content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(("role", "seen"), [(role, role in {Role.AUDITOR, Role.BATCH_ADMIN}) for role in READERS])
def test_a_batch_is_seen_by_its_owner_and_by_who_reads_everything(client, client_for, user_for, role, seen):
    if role == Role.INTEGRATOR:
        return
    batch_id = send(client, [ITEM]).json()["batch_id"]
    other = client_for(role)
    for path in (f"{PATH}/{batch_id}", f"{PATH}/{batch_id}/results", f"{PATH}/{batch_id}/errors"):
        assert client.get(path).status_code == 200
        assert other.get(path).status_code == (200 if seen else 404)


def test_another_key_of_the_owner_sees_it_too(client, client_for):
    batch_id = send(client, [ITEM]).json()["batch_id"]
    assert client_for(Role.INTEGRATOR).get(f"{PATH}/{batch_id}").status_code == 200


def test_a_batch_is_cancelled_by_its_owner_and_by_an_admin(client, client_for):
    batch_id = queued(client, [ITEM])
    assert client_for(Role.BATCH_OPERATOR).post(f"{PATH}/{batch_id}/cancel").status_code == 404
    assert client_for(Role.BATCH_ADMIN).post(f"{PATH}/{batch_id}/cancel").status_code == 200


def test_without_keys_anybody_may(settings):
    from rest_framework.test import APIClient

    settings.REQUIRE_API_KEY = False
    client = APIClient()
    batch_id = send(client, [ITEM], key="one").json()["batch_id"]
    assert client.get(f"{PATH}/{batch_id}").json()["status"] == "completed"


def test_errors_outside_the_views_are_spelled_alike(client):
    assert client.delete(PATH).json()["error"] == "method_not_allowed"
    assert client.get("/api/v1/transform/nothing").json()["error"] == "not_found"
    response = client.post(PATH, "a=1", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["error"]) == (415, "unsupported_media_type")
    page = client.get(f"{PATH}/batch_none/results", {"cursor": "made up"})
    assert page.json()["error"] in {"invalid_cursor", "not_found"}
