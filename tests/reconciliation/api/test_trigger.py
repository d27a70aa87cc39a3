"""`POST /reconciliation/trigger`"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import httpx
import pytest
import requests
from django.utils import timezone
from jsonschema import validate

from project.access import keys
from project.access.models import AuditEntry
from project.access.roles import Role
from reconciliation.models import ReconciliationJob
from tests.reconciliation.rows import mapping, running

PATH = "/api/v1/reconciliation/trigger"
USERS = {"tables": ["users"], "validation_strategy": "CHECKSUM"}
ACCEPTED = {
    "type": "object",
    "required": ["job_ids", "status", "message", "estimated_completion"],
    "properties": {
        "job_ids": {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f-]{36}$"}},
        "status": {"const": "RUNNING"},
        "message": {"type": "string"},
        "estimated_completion": {"type": "string"},
    },
}


@pytest.fixture(autouse=True)
def tables():
    return [mapping(name) for name in ("users", "orders", "products")]


@pytest.fixture
def key(user_for):
    owner = user_for(Role.RECONCILIATION_OPERATOR)
    return keys.create(
        name="trigger", owner=owner, roles=[Role.RECONCILIATION_OPERATOR], expires_at=None, actor=None
    ).secret


def test_tables_are_queued_as_the_contract_says(operator):
    wanted = {"tables": ["users", "orders", "products"], "validation_strategy": "CHECKSUM", "priority": "HIGH"}
    answer = operator.post(PATH, wanted)
    assert answer.status_code == 202
    body = answer.json()
    validate(body, ACCEPTED)
    assert body["message"] == "Reconciliation jobs queued for 3 tables"
    assert body["joined"] == []
    jobs = [ReconciliationJob.objects.get(pk=one) for one in body["job_ids"]]
    assert [job.table_name for job in jobs] == ["users", "orders", "products"]
    assert {(job.job_type, job.validation_strategy, job.priority, job.status) for job in jobs} == {
        ("MANUAL_ONDEMAND", "CHECKSUM", "HIGH", "RUNNING")
    }
    assert {job.triggered_by.username for job in jobs} == {"reconciliation_operator"}
    assert datetime.fromisoformat(body["estimated_completion"]) > timezone.now()


def test_the_contracts_sample_test_passes(live_address, database, settings):
    settings.API_KEYS = ["test-api-key"]
    response = requests.post(  # noqa: S113  verbatim
        f"{live_address}/api/v1/reconciliation/trigger",
        json={"tables": ["users"], "validation_strategy": "CHECKSUM"},
        headers={"Authorization": "Bearer test-api-key"},
    )
    assert response.status_code == 202
    data = response.json()
    assert "job_ids" in data
    assert isinstance(data["job_ids"], list)
    assert len(data["job_ids"]) == 1


def test_the_jobs_are_in_the_list_at_once(operator):
    (job_id,) = operator.post(PATH, USERS).json()["job_ids"]
    (shown,) = operator.get("/api/v1/reconciliation/jobs").json()["jobs"]
    assert (shown["job_id"], shown["status"], shown["priority"]) == (job_id, "RUNNING", "NORMAL")
    assert operator.get(f"/api/v1/reconciliation/jobs/{job_id}").json()["execution_id"].startswith("exec-")


def test_no_tables_are_all_tables(operator):
    mapping("users", enabled=True)
    body = operator.post(PATH, {"tables": [], "validation_strategy": "ROW_COUNT"}).json()
    found = set(ReconciliationJob.objects.values_list("table_name", flat=True))
    assert (len(body["job_ids"]), found) == (3, {"users", "orders", "products"})


def test_a_table_is_named_once(operator):
    body = operator.post(PATH, {**USERS, "tables": ["users", "users"]}).json()
    assert (len(body["job_ids"]), body["message"]) == (1, "Reconciliation jobs queued for 1 table")


def test_a_table_that_is_being_compared_is_joined(operator):
    (first,) = operator.post(PATH, USERS).json()["job_ids"]
    body = operator.post(PATH, {**USERS, "tables": ["orders", "users"]}).json()
    assert (body["job_ids"][1], body["joined"]) == (first, ["users"])
    assert body["message"] == "Reconciliation jobs queued for 2 tables; joined the running job of users"
    assert ReconciliationJob.objects.count() == 2


def test_the_message_names_the_strategy_of_a_joined_job_that_compares_otherwise(operator):
    operator.post(PATH, {**USERS, "validation_strategy": "ROW_COUNT"})
    body = operator.post(PATH, {**USERS, "validation_strategy": "CHECKSUM"}).json()
    assert body["message"].endswith("; joined the running job of users (by ROW_COUNT)")


def test_two_at_once_make_one_job(server, key):
    together = Barrier(4)

    def send(_):
        together.wait()
        answer = httpx.post(f"{server}{PATH}", json=USERS, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        return answer.status_code, tuple(answer.json()["job_ids"])

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(4)))
    assert len(answers) == 1
    assert answers.pop()[0] == 202
    assert ReconciliationJob.objects.count() == 1


def test_an_unknown_table_is_a_400_that_lists_those_that_can_be_had(operator):
    answer = operator.post(PATH, {**USERS, "tables": ["users", "invalid_table"]})
    assert answer.status_code == 400
    body = answer.json()
    assert body["error"] == "INVALID_TABLE"
    assert body["message"] == "Table 'invalid_table' does not exist or is not configured for replication"
    assert body["valid_tables"] == ["orders", "products", "users"]
    assert not ReconciliationJob.objects.exists()


def test_a_disabled_mapping_is_no_table(operator):
    made = mapping("archive", enabled=False)
    answer = operator.post(PATH, {**USERS, "tables": [made.name]})
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_TABLE")
    assert "archive" not in answer.json()["valid_tables"]


def test_while_it_is_disabled_it_is_a_503_and_reading_goes_on(operator, settings):
    settings.RECONCILIATION_ENABLED = False
    answer = operator.post(PATH, USERS)
    assert answer.status_code == 503
    assert answer.json()["error"] == "RECONCILIATION_DISABLED"
    assert answer.json()["message"] == (
        "Reconciliation service is disabled. Set RECONCILIATION_ENABLED=true in configuration"
    )
    assert operator.get("/api/v1/reconciliation/jobs").status_code == 200


def test_written_since_needs_to_know_when_rows_were_written(operator):
    answer = operator.post(PATH, {**USERS, "validation_strategy": "TIMESTAMP_RANGE"})
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == ["validation_strategy"]


def test_ten_a_minute_for_each_key_however_many_come_at_once(server, key, client_for):
    running("users", execution_id=None)
    together = Barrier(16)

    def send(_):
        together.wait()
        return httpx.post(f"{server}{PATH}", json={}, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    assert sorted(answer.status_code for answer in answers) == [400] * 10 + [429] * 6
    refused = next(answer for answer in answers if answer.status_code == 429)
    body = refused.json()
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 6
    assert body["error"] == "RATE_LIMIT_EXCEEDED"
    assert body["retry_after"] == wait
    assert body["message"].startswith(f"Rate limit exceeded. Try again in {wait} second")
    assert client_for(Role.BATCH_ADMIN).post(PATH, USERS).status_code == 202
    reading = httpx.get(f"{server}/api/v1/reconciliation/jobs", headers={"Authorization": f"Bearer {key}"})
    assert reading.status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "tables"),
        ({"tables": ["users"]}, "validation_strategy"),
        ({"validation_strategy": "CHECKSUM"}, "tables"),
        ({**USERS, "tables": "users"}, "tables"),
        ({**USERS, "tables": [""]}, "tables.0"),
        ({**USERS, "tables": [None]}, "tables.0"),
        ({**USERS, "tables": ["a"] * 1001}, "tables"),
        ({**USERS, "validation_strategy": "FULL"}, "validation_strategy"),
        ({**USERS, "validation_strategy": None}, "validation_strategy"),
        ({**USERS, "priority": "URGENT"}, "priority"),
        ({**USERS, "strategy": "CHECKSUM"}, "strategy"),
    ],
)
def test_a_wrong_body_is_a_400_that_names_the_field(operator, body, named):
    answer = operator.post(PATH, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert next(iter(answer.json()["details"]["fields"])) == named
    assert not ReconciliationJob.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b'{"tables": ["a\\u0000"], "validation_strategy": "SAMPLE"}'])
def test_a_malformed_body_is_a_400(operator, body):
    answer = operator.post(PATH, body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")


def test_it_takes_json_only(operator):
    assert operator.post(PATH, json.dumps(USERS), content_type="text/plain").status_code == 415


def test_operators_administrators_and_integrators_trigger_and_others_not(client_for):
    may = {Role.RECONCILIATION_OPERATOR, Role.BATCH_ADMIN, Role.INTEGRATOR}
    status = {role: client_for(role).post(PATH, USERS).status_code for role in Role}
    assert status == {role: 202 if role in may else 403 for role in Role}


def test_without_a_key_it_is_a_401_with_a_challenge(client_for):
    answer = client_for(None).post(PATH, USERS)
    assert (answer.status_code, answer.json()["error"]) == (401, "UNAUTHORIZED")
    assert answer.json()["message"] == "Invalid or missing API key"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_another_method_is_a_405(operator):
    assert operator.get(PATH).status_code == 405


def test_who_triggered_is_in_the_audit_trail(operator):
    operator.post(PATH, USERS)
    entry = AuditEntry.objects.get(operation="reconciliation.trigger")
    assert (entry.target, entry.actor_name) == ("users", "reconciliation_operator")
