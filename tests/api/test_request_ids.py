"""Every answer has a request id, the caller's own if it is one."""

import json
import re

import httpx
import pytest

from project.access.models import AuditEntry
from project.access.roles import Role


def test_a_request_without_an_id_gets_one(client):
    first, second = client.get("/health")["X-Request-ID"], client.get("/health")["X-Request-ID"]
    assert re.fullmatch(r"req-[0-9a-f]{16}", first)
    assert first != second


def test_a_valid_id_comes_back(client):
    assert client.get("/health", headers={"X-Request-ID": "Order_7.retry-2"})["X-Request-ID"] == "Order_7.retry-2"


@pytest.mark.parametrize("given", ["", "a" * 65, "two words", "a\nb", "<script>", "é"])
def test_an_invalid_id_is_replaced(client, given):
    assert client.get("/health", headers={"X-Request-ID": given})["X-Request-ID"].startswith("req-")


def test_pages_and_static_answers_have_one_too(client):
    assert client.get("/admin/login/")["X-Request-ID"]
    assert client.get("/nothing")["X-Request-ID"]


def test_the_error_body_has_it(client):
    response = client.get("/api/v1/audit", headers={"X-Request-ID": "find-me"})
    assert json.loads(response.content)["request_id"] == "find-me"


def test_the_audit_trail_has_it(client_for):
    client_for(Role.BATCH_ADMIN).post(
        "/api/v1/auth/api-keys", {"name": "scraper", "roles": ["auditor"]}, headers={"X-Request-ID": "find-me"}
    )
    assert AuditEntry.objects.latest("id").request_id == "find-me"


def test_it_is_the_same_over_asgi(server):
    response = httpx.get(f"{server}/api/v1/audit", headers={"X-Request-ID": "find-me"})
    assert response.headers["X-Request-ID"] == "find-me"
    assert response.json()["request_id"] == "find-me"


def test_requests_at_once_keep_their_own(server):
    with httpx.Client() as client:
        for number in range(20):
            response = client.get(f"{server}/api/nothing", headers={"X-Request-ID": f"n{number}"})
            assert response.json()["request_id"] == f"n{number}"
