"""Under /api/distributed every body says whether it is a success, whatever goes wrong and wherever it is noticed."""

import psycopg
import pytest
from rest_framework.test import APIClient

from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused


@pytest.mark.parametrize("path", ["/api/distributed", "/api/distributed/", "/api/distributed/nothing"])
def test_an_unknown_path_is_404_with_and_without_a_key(client_for, path):
    refused(client_for().get(path), 404, ErrorCode.NOT_FOUND)
    refused(client_for(Role.BATCH_ADMIN).post(path), 404, ErrorCode.NOT_FOUND)


def test_a_path_that_only_begins_alike_is_not_of_this_contract(client_for):
    body = client_for().get("/api/distributedness").json()
    assert "success" not in body
    assert "success" not in client_for().get("/api/v1/nothing").json()


def test_a_foreign_host_is_400(client):
    refused(client.get("/api/distributed/health", headers={"Host": "evil.example"}), 400, ErrorCode.INVALID_REQUEST)


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (RuntimeError("secret detail"), 500, ErrorCode.INTERNAL_SERVER_ERROR),
        (psycopg.OperationalError("server closed the connection"), 503, ErrorCode.DATABASE_UNAVAILABLE),
    ],
)
def test_what_nobody_foresaw_and_a_lost_database(client_for, monkeypatch, raised, status, code):
    def fail():
        raise raised

    monkeypatch.setattr("workers.api.queue.queue_states", fail)
    client = client_for(Role.BATCH_ADMIN)
    client.raise_request_exception = False
    response = client.get("/api/distributed/queue/stats")
    refused(response, status, code)
    assert "secret detail" not in response.content.decode()


def test_too_many_requests(client_for, settings):
    settings.API_RATE_PER_MINUTE = 1
    client = client_for(Role.BATCH_ADMIN)
    assert client.get("/api/distributed/queue/stats").status_code == 200
    response = client.get("/api/distributed/queue/stats")
    assert refused(response, 429, ErrorCode.RATE_LIMIT_EXCEEDED)["retry_after"] == int(response["Retry-After"])


def test_a_session_without_csrf_token_is_403(user_for):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user_for(Role.BATCH_ADMIN))
    body = refused(client.post("/api/distributed/queue/pause"), 403, ErrorCode.FORBIDDEN)
    assert "CSRF" in body["message"]
