"""API keys and the audit trail in the console."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from project.access import audit, keys
from project.access.admin import state_of
from project.access.models import ApiKey, AuditEntry
from project.access.roles import Role

KEYS = "/admin/access/apikey/"
TRAIL = "/admin/access/auditentry/"


@pytest.fixture
def visit(user_for):
    def make(role: Role) -> Client:
        client = Client()
        client.force_login(user_for(role))
        return client

    return make


@pytest.fixture
def key(user_for):
    return keys.create(name="scraper", owner=user_for(Role.WORKER), roles=[Role.WORKER]).key


def new_key(**changes: object) -> dict[str, object]:
    owner = User.objects.get(username=Role.BATCH_ADMIN).pk
    return {"name": "feed", "owner": owner, "roles": ["auditor"], "expires_at_0": "", "expires_at_1": "", **changes}


@pytest.mark.parametrize(
    ("path", "right"),
    [(KEYS, {Role.BATCH_ADMIN, Role.AUDITOR}), (f"{KEYS}add/", {Role.BATCH_ADMIN}), (TRAIL, {Role.AUDITOR})],
)
def test_only_the_right_roles_see_a_page(visit, path, right):
    for role in Role:
        assert (visit(role).get(path).status_code == 200) is (role in right), role
    assert Client().get(path).status_code == 302


def test_a_new_key_is_shown_once_and_works(visit):
    client = visit(Role.BATCH_ADMIN)
    page = client.post(f"{KEYS}add/", new_key(), follow=True).content.decode()
    secret = re.search(r"tutup_[a-z0-9]{10}_[\w-]{43}", page)
    assert secret
    assert APIClient().get("/api/v1/audit", headers={"X-API-Key": secret[0]}).status_code == 200
    assert secret[0] not in client.get(KEYS).content.decode()
    entry = AuditEntry.objects.get(operation="api_key.create")
    assert (entry.actor_name, (entry.after or {})["roles"]) == ("batch_admin", ["auditor"])


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"roles": []}, {"roles": ["king"]}, {"expires_at_0": "2001-01-01", "expires_at_1": "00:00"}],
)
def test_a_key_that_cannot_be_is_refused_on_the_page(visit, changes):
    response = visit(Role.BATCH_ADMIN).post(f"{KEYS}add/", new_key(**changes))
    assert response.status_code == 200
    assert response.context["errors"]
    assert not ApiKey.objects.exists()


def test_a_key_cannot_be_edited_or_deleted(visit, key):
    client = visit(Role.BATCH_ADMIN)
    assert client.get(f"{KEYS}{key.pk}/change/").status_code == 200
    client.post(f"{KEYS}{key.pk}/change/", new_key(name="renamed"))
    assert client.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ApiKey.objects.get().name == "scraper"


def test_keys_are_revoked_from_the_list(visit, key):
    client = visit(Role.BATCH_ADMIN)
    response = client.post(KEYS, {"action": "revoke", "_selected_action": [key.pk]}, follow=True)
    assert "1 key revoked." in response.content.decode()
    assert ApiKey.objects.get().revoked_at
    assert AuditEntry.objects.latest("id").operation == "api_key.revoke"


def test_an_auditor_revokes_nothing(visit, key):
    visit(Role.AUDITOR).post(KEYS, {"action": "revoke", "_selected_action": [key.pk]})
    assert ApiKey.objects.get().revoked_at is None


def test_an_entry_shows_what_changed_and_takes_no_change(visit):
    entry = audit.record(operation="test.change", target="a", before={"name": "old"}, after={"name": "<new>"})
    client = visit(Role.AUDITOR)
    page = client.get(f"{TRAIL}{entry.pk}/change/").content.decode()
    assert "old" in page
    assert "&lt;new&gt;" in page
    assert client.post(f"{TRAIL}{entry.pk}/change/", {"target": "b"}).status_code == 403
    assert client.get(f"{TRAIL}add/").status_code == 403


def test_the_trail_is_found_by_its_target(visit):
    audit.record(operation="test.change", target="2025-01-MONTHEND")
    audit.record(operation="test.change", target="2025-02-MONTHEND")
    page = visit(Role.AUDITOR).get(TRAIL, {"q": "2025-01-MONTHEND"}).content.decode()
    assert "2025-02-MONTHEND" not in page


def test_the_state_of_a_key_in_words(key):
    now = timezone.now()
    assert state_of(key) == "VALID"
    key.expires_at = now + timedelta(days=3)
    assert state_of(key) == "EXPIRES SOON"
    key.owner.is_active = False
    assert state_of(key) == "OWNER LEFT"
    key.expires_at = now
    assert state_of(key) == "EXPIRED"
    key.revoked_at = now
    assert state_of(key) == "REVOKED"
