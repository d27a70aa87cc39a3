"""Who is it: keys in both headers, the console's session, and the open API."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from project.access import keys
from project.access.models import ApiKey, AuditEntry
from project.access.roles import Role

PATH = "/api/v1/audit"


@pytest.fixture
def key(user_for):
    return keys.create(name="test", owner=user_for(Role.AUDITOR), roles=[Role.AUDITOR])


def status(secret: str, **headers: str) -> int:
    return APIClient().get(PATH, headers={"X-API-Key": secret, **headers}).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {}"},
        {"Authorization": "bearer  {}"},
        {"X-API-Key": "{}"},
        {"X-API-Key": "{}", "Authorization": "Basic cHJveHk6cHJveHk="},
    ],
)
def test_a_key_is_taken_in_either_header(key, headers):
    given = {name: value.format(key.secret) for name, value in headers.items()}
    assert APIClient().get(PATH, headers=given).status_code == 200


def test_without_a_key_it_is_401_with_a_challenge():
    response = APIClient().get(PATH)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="tutup"'
    assert response.json()["error"] == "UNAUTHORIZED"
    assert response.json()["message"] == "Invalid or missing API key"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "wrong"},
        {"X-API-Key": ""},
        {"X-API-Key": "\x00é"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
    ],
)
def test_a_wrong_key_is_401_and_says_so_in_the_challenge(headers):
    response = APIClient().get(PATH, headers=headers)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_key_with_another_secret_is_401(key):
    assert status(key.secret[:-1] + ("A" if key.secret[-1] != "A" else "B")) == 401


def test_an_expired_key_is_401(key):
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert status(key.secret) == 200
    ApiKey.objects.update(expires_at=timezone.now())
    assert status(key.secret) == 401


def test_a_revoked_key_is_401(key):
    keys.revoke(key=key.key)
    assert status(key.secret) == 401


def test_the_key_of_somebody_who_left_is_401(key):
    key.key.owner.is_active = False
    key.key.owner.save()
    assert status(key.secret) == 401


def test_only_the_digest_of_a_key_is_kept(key):
    stored = " ".join(str(value) for value in ApiKey.objects.values_list().get(pk=key.key.pk))
    trail = " ".join(str(row) for row in AuditEntry.objects.values_list())
    secret = key.secret.rpartition("_")[2]
    assert secret not in stored
    assert secret not in trail


def test_the_last_use_is_written_once_a_minute(key):
    status(key.secret)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    status(key.secret)
    assert ApiKey.objects.filter(last_used_at=first).exists()
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=1))
    status(key.secret)
    assert ApiKey.objects.filter(last_used_at__gte=first).exists()


def test_a_session_reads_by_the_groups_of_its_user(user_for):
    client = Client()
    client.force_login(user_for(Role.AUDITOR))
    assert client.get(PATH).status_code == 200


def test_a_session_writes_with_the_csrf_token_only(user_for):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_for(Role.BATCH_ADMIN))
    body = {"name": "scraper", "roles": ["auditor"]}
    path = "/api/v1/auth/api-keys"
    refused = client.post(path, body, content_type="application/json")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["message"]
    client.get("/admin/login/")
    client.cookies["csrftoken"] = "a" * 32
    token = {"X-CSRFToken": "a" * 32}
    assert client.post(path, body, content_type="application/json", headers=token).status_code == 201


def test_a_key_writes_without_a_csrf_token(client_for):
    client = client_for(Role.BATCH_ADMIN)
    client.handler.enforce_csrf_checks = True
    assert client.post("/api/v1/auth/api-keys", {"name": "scraper", "roles": ["auditor"]}).status_code == 201


class TestOpen:
    """REQUIRE_API_KEY=false."""

    @pytest.fixture(autouse=True)
    def _open(self, settings):
        settings.REQUIRE_API_KEY = False

    def test_nobody_needs_a_key(self):
        assert APIClient().get(PATH).status_code == 200

    def test_a_key_that_is_sent_must_be_right_all_the_same(self):
        assert status("wrong") == 401

    def test_a_key_keeps_its_own_roles(self, client_for):
        assert client_for(Role.WORKER).get(PATH).status_code == 403

    def test_the_trail_says_anonymous(self, user_for):
        body = {"name": "scraper", "roles": ["auditor"], "owner": user_for(Role.AUDITOR).username}
        assert APIClient().post("/api/v1/auth/api-keys", body).status_code == 201
        assert AuditEntry.objects.latest("id").actor_name == "anonymous"
