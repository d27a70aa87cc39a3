"""What a role may do: the right one, the wrong one, no key."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from project.access.roles import EVERYONE, Role

RIGHT = {
    ("GET", "/api/v1/audit"): {Role.AUDITOR},
    ("GET", "/api/v1/audit/export"): {Role.AUDITOR},
    ("GET", "/api/v1/auth/api-keys"): {Role.AUDITOR, Role.BATCH_ADMIN},
    ("POST", "/api/v1/auth/api-keys"): {Role.BATCH_ADMIN},
    ("DELETE", "/api/v1/auth/api-keys/unknown"): {Role.BATCH_ADMIN},
    ("GET", "/metrics"): EVERYONE,
}
CASES = [(method, path, role) for method, path in RIGHT for role in Role]


@pytest.mark.parametrize(("method", "path", "role"), CASES)
def test_only_the_right_roles_pass(client_for, method, path, role):
    status = client_for(role).generic(method, path).status_code
    assert (status != 403) is (role in RIGHT[method, path])
    assert status != 401


@pytest.mark.parametrize(("method", "path"), RIGHT)
def test_nobody_passes_without_a_key(client_for, method, path):
    assert client_for(None).generic(method, path).status_code == 401


def test_a_refusal_names_the_roles_that_would_do(client_for):
    body = client_for(Role.WORKER).get("/api/v1/audit").json()
    assert body["error"] == "FORBIDDEN"
    assert body["details"] == {"roles": ["auditor"]}
    assert "auditor" in body["message"]


def test_head_follows_get(client_for):
    assert client_for(Role.AUDITOR).head("/api/v1/audit").status_code == 200
    assert client_for(Role.WORKER).head("/api/v1/audit").status_code == 403


@pytest.mark.urls("tests.api.urls")
def test_a_method_without_an_entry_is_refused_to_everyone(client_for):
    assert client_for(Role.BATCH_ADMIN).put("/api/test/echo", {}).status_code == 403


def test_a_superuser_has_every_role():
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert client.get("/api/v1/audit").status_code == 200


def test_a_user_without_a_role_is_refused():
    client = Client()
    client.force_login(User.objects.create_user("newcomer"))
    assert client.get("/metrics").status_code == 403


def test_there_is_a_group_for_each_role():
    assert set(Group.objects.values_list("name", flat=True)) == set(Role)
