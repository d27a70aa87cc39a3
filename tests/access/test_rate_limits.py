"""Too many requests: 429, and when to come again."""

import pytest
from rest_framework.test import APIClient

from project.access.roles import Role

pytestmark = pytest.mark.urls("tests.api.urls")

PATH = "/api/test/throttled"


def test_the_limit_of_a_method_is_its_own_and_each_callers(client_for):
    worker, auditor = client_for(Role.WORKER), client_for(Role.AUDITOR)
    assert [worker.post(PATH).status_code for _ in range(3)] == [200, 200, 429]
    assert worker.get(PATH).status_code == 200
    assert auditor.post(PATH).status_code == 200


def test_the_answer_says_when_to_come_again(client_for):
    client = client_for(Role.WORKER)
    client.post(PATH)
    client.post(PATH)
    response = client.post(PATH)
    body = response.json()
    wait = int(response["Retry-After"])
    assert 1 <= wait <= 100
    assert body["error"] == "RATE_LIMIT_EXCEEDED"
    assert body["message"] == f"Rate limit exceeded. Try again in {wait} seconds."
    assert body["retry_after"] == body["details"]["retry_after"] == wait


def test_the_whole_api_has_a_limit_for_each_key(client_for, settings):
    settings.API_RATE_PER_MINUTE = 3
    client = client_for(Role.AUDITOR)
    assert [client.get("/api/v1/audit").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.get(PATH).status_code == 429
    assert client_for(Role.WORKER).get(PATH).status_code == 200


def test_zero_is_no_limit(client_for, settings):
    settings.API_RATE_PER_MINUTE = 0
    client = client_for(Role.AUDITOR)
    assert {client.get(PATH).status_code for _ in range(5)} == {200}


def test_without_keys_the_address_is_counted(settings):
    settings.REQUIRE_API_KEY = False
    settings.API_RATE_PER_MINUTE = 1
    assert [APIClient().get(PATH, REMOTE_ADDR="198.51.100.1").status_code for _ in range(2)] == [200, 429]
    assert APIClient().get(PATH, REMOTE_ADDR="198.51.100.2").status_code == 200


def test_probes_and_scrapes_are_not_counted(client_for, settings):
    settings.API_RATE_PER_MINUTE = 1
    client = client_for(Role.AUDITOR)
    assert [client.get("/metrics").status_code for _ in range(3)] == [200] * 3
    assert [client.get("/health").status_code for _ in range(3)] == [200] * 3
