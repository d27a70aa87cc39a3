"""`/api/v1/auth/api-keys`"""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from project.access import keys
from project.access.models import ApiKey, AuditEntry
from project.access.roles import Role

PATH = "/api/v1/auth/api-keys"


@pytest.fixture
def admin(client_for):
    return client_for(Role.BATCH_ADMIN)


def fields(response) -> set[str]:
    assert response.status_code == 400, response.content
    return set(response.json()["details"]["fields"])


def test_a_new_key_is_shown_once_and_works(admin):
    made = admin.post(PATH, {"name": "scraper", "roles": ["auditor", "worker"]}).json()
    assert made["key"].startswith(f"tutup_{made['prefix']}_")
    assert (made["name"], made["owner"], made["roles"]) == ("scraper", "batch_admin", ["auditor", "worker"])
    assert APIClient().get("/api/v1/audit", headers={"X-API-Key": made["key"]}).status_code == 200
    listed = admin.get(PATH).json()["results"]
    assert made["prefix"] in [key["prefix"] for key in listed]
    assert "key" not in listed[0]


def test_keys_differ(user_for):
    made = [keys.create(name="n", owner=user_for(Role.AUDITOR), roles=[Role.AUDITOR]) for _ in range(20)]
    assert len({key.secret for key in made}) == len({key.key.prefix for key in made}) == 20


def test_a_key_can_be_made_for_somebody_else_until_a_day(admin, user_for):
    owner = user_for(Role.AUDITOR)
    end = timezone.now() + timedelta(days=30)
    made = admin.post(
        PATH, {"name": "x", "roles": ["auditor"], "owner": owner.username, "expires_at": end.isoformat()}
    ).json()
    key = ApiKey.objects.get(prefix=made["prefix"])
    assert (key.owner, key.expires_at) == (owner, end)


def test_what_is_wrong_is_named(admin):
    assert fields(admin.post(PATH, {})) == {"name", "roles"}
    assert fields(admin.post(PATH, {"name": "x", "roles": []})) == {"roles"}
    assert fields(admin.post(PATH, {"name": "x", "roles": ["king"]})) == {"roles.0"}
    assert fields(admin.post(PATH, {"name": "x" * 101, "roles": ["worker"]})) == {"name"}
    assert fields(admin.post(PATH, {"name": "x", "roles": ["worker"], "owner": "nobody"})) == {"owner"}
    assert fields(admin.post(PATH, {"name": "x", "roles": ["worker"], "expires": "2030-01-01"})) == {"expires"}
    past = (timezone.now() - timedelta(seconds=1)).isoformat()
    assert fields(admin.post(PATH, {"name": "x", "roles": ["worker"], "expires_at": past})) == {"expires_at"}


def test_without_keys_the_owner_has_to_be_named(settings):
    settings.REQUIRE_API_KEY = False
    assert fields(APIClient().post(PATH, {"name": "x", "roles": ["worker"]})) == {"owner"}


def test_a_revoked_key_stops_at_once_and_for_good(admin):
    made = admin.post(PATH, {"name": "x", "roles": ["auditor"]}).json()
    response = admin.delete(f"{PATH}/{made['prefix']}")
    assert response.status_code == 200
    assert response.json()["revoked_at"]
    assert APIClient().get("/api/v1/audit", headers={"X-API-Key": made["key"]}).status_code == 401
    again = admin.delete(f"{PATH}/{made['prefix']}")
    assert (again.status_code, again.json()["error"]) == (409, "CONFLICT")


def test_an_unknown_prefix_is_404(admin):
    response = admin.delete(f"{PATH}/unknown")
    assert (response.status_code, response.json()["error"]) == (404, "NOT_FOUND")
    assert admin.delete(f"{PATH}/%00").status_code == 404


def test_the_list_can_be_narrowed(admin, user_for):
    owner = user_for(Role.WORKER)
    good = keys.create(name="good", owner=owner, roles=[Role.WORKER]).key
    bad = keys.create(name="bad", owner=owner, roles=[Role.WORKER]).key
    keys.revoke(key=bad)

    def prefixes(**query: object) -> list[str]:
        return [key["prefix"] for key in admin.get(PATH, query).json()["results"]]

    assert prefixes(owner="worker") == [bad.prefix, good.prefix]
    assert prefixes(owner="worker", valid="true") == [good.prefix]
    assert prefixes(owner="worker", valid="false") == [bad.prefix]
    assert prefixes(owner="worker", limit=1) == [bad.prefix]
    assert fields(admin.get(PATH, {"ower": "worker"})) == {"ower"}


def test_making_and_revoking_are_in_the_audit_trail(admin):
    made = admin.post(PATH, {"name": "x", "roles": ["auditor"]}).json()
    admin.delete(f"{PATH}/{made['prefix']}")
    revoked, created = AuditEntry.objects.filter(target=made["prefix"])
    assert (created.operation, revoked.operation) == ("api_key.create", "api_key.revoke")
    assert created.actor_name == revoked.actor_name == "batch_admin"
    assert created.before is None
    assert (created.after or {})["roles"] == ["auditor"]
    assert (revoked.before or {})["revoked_at"] is None
    assert (revoked.after or {})["revoked_at"]
