"""`POST /api/batch-processor/submit`"""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from batches.processor.models import InferenceBatch, InferenceModel
from project.access.models import AuditEntry
from project.access.roles import Role

PATH = "/api/batch-processor/submit"
ITEMS = [{"input": [1, 2, 3, 4, 5]}, {"input": [6, 7, 8, 9, 10]}]
SEED = {
    "data": ITEMS,
    "priority": "normal",
    "batch_id": "optional-batch-id",
    "timeout_ms": 5000,
    "metadata": {"model_id": "model-v1.0", "user_id": "user123"},
}

pytestmark = pytest.mark.usefixtures("model")


def test_the_contracts_request_gives_its_answer(integrator):
    answer = integrator.post(PATH, SEED)
    assert answer.status_code == 200
    body = answer.json()
    assert {name: body[name] for name in ("batch_id", "status", "queue_position", "request_count")} == {
        "batch_id": "optional-batch-id",
        "status": "queued",
        "queue_position": 1,
        "request_count": 2,
    }
    done = datetime.fromisoformat(body["estimated_completion_time"])
    assert timezone.now() - timedelta(minutes=1) < done <= timezone.now() + timedelta(seconds=5)


def test_all_that_was_submitted_is_kept(integrator):
    integrator.post(PATH, SEED)
    batch = InferenceBatch.objects.get()
    assert (batch.batch_id, batch.priority, batch.timeout_ms, batch.total) == ("optional-batch-id", "normal", 5000, 2)
    assert batch.metadata == SEED["metadata"]
    assert (batch.owner.username, str(batch.model_version)) == ("integrator", "model-v1.0")


def test_only_the_items_are_needed(integrator):
    body = integrator.post(PATH, {"data": ITEMS}).json()
    batch = InferenceBatch.objects.get()
    assert body["batch_id"] == batch.batch_id
    assert batch.batch_id.startswith("batch_")
    assert (batch.priority, batch.timeout_ms, batch.metadata) == ("normal", 5000, {})


def test_null_is_as_left_out(integrator):
    assert integrator.post(PATH, {"data": ITEMS, "batch_id": None, "metadata": None}).status_code == 200
    assert InferenceBatch.objects.get().metadata == {}


@pytest.mark.parametrize("count", [1, 1000])
def test_from_one_to_a_thousand_items_are_taken(integrator, count):
    answer = integrator.post(PATH, {"data": [{"input": [n]} for n in range(count)]})
    assert (answer.status_code, answer.json()["request_count"]) == (200, count)


@pytest.mark.parametrize("timeout", [100, 300_000])
def test_the_shortest_and_the_longest_timeout_are_taken(integrator, timeout):
    assert integrator.post(PATH, {"data": ITEMS, "timeout_ms": timeout}).status_code == 200


@pytest.mark.parametrize("priority", ["critical", "high", "normal", "low"])
def test_every_priority_is_taken(integrator, priority):
    assert integrator.post(PATH, {"data": ITEMS, "priority": priority}).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"data": None}, "data", "null"),
        ({"data": "x"}, "data", "list"),
        ({"data": []}, "data", "Data cannot be empty."),
        ({"data": [{}] * 1001}, "data", "Batch size cannot exceed 1000 items"),
        ({"data": [{"input": [1]}, 7]}, "data.1", "JSON object"),
        ({"priority": "urgent"}, "priority", "critical, high, normal, low"),
        ({"priority": "High"}, "priority", "critical, high, normal, low"),
        ({"priority": None}, "priority", "null"),
        ({"timeout_ms": 99}, "timeout_ms", "100"),
        ({"timeout_ms": 300_001}, "timeout_ms", "300000"),
        ({"timeout_ms": "soon"}, "timeout_ms", "integer"),
        ({"timeout_ms": "5000"}, "timeout_ms", "integer"),
        ({"timeout_ms": True}, "timeout_ms", "integer"),
        ({"timeout_ms": None}, "timeout_ms", "null"),
        ({"metadata": [1]}, "metadata", "dictionary"),
        ({"metadata": {"a": "x" * 17_000}}, "metadata", "at most 16384"),
        ({"metadata": {"model_id": "nobody"}}, "metadata.model_id", "nobody"),
        ({"metadata": {"model_id": 7}}, "metadata.model_id", "text"),
        ({"batch_id": ""}, "batch_id", "blank"),
        ({"batch_id": "a/b"}, "batch_id", "letters, digits"),
        ({"batch_id": "x" * 65}, "batch_id", "1 to 64"),
        ({"batch_id": "-a"}, "batch_id", "letters, digits"),
        ({"prioritiy": "high"}, "prioritiy", "Unknown field"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(integrator, change, field, said):
    answer = integrator.post(PATH, {**SEED, **change})
    body = answer.json()
    assert (answer.status_code, body["error"]) == (400, "INVALID_REQUEST")
    assert list(body["details"]["fields"]) == [field]
    assert said in body["details"]["fields"][field][0]
    assert not InferenceBatch.objects.exists()


def test_without_data_it_is_refused(integrator):
    body = integrator.post(PATH, {}).json()
    assert list(body["details"]["fields"]) == ["data"]


def test_a_body_that_is_no_json_is_refused(integrator):
    answer = integrator.post(PATH, "data=1", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["error"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert integrator.post(PATH, "{", content_type="application/json").status_code == 400


def test_a_name_can_be_taken_once(integrator):
    integrator.post(PATH, SEED)
    answer = integrator.post(PATH, SEED)
    assert (answer.status_code, answer.json()["error"]) == (409, "BATCH_EXISTS")
    assert InferenceBatch.objects.count() == 1


def test_a_full_queue_says_when_to_come_again(integrator, settings):
    settings.MAX_QUEUE_SIZE = 3
    assert integrator.post(PATH, {"data": ITEMS}).status_code == 200
    answer = integrator.post(PATH, {"data": ITEMS})
    body = answer.json()
    assert (answer.status_code, body["error"]) == (429, "QUEUE_FULL")
    assert int(answer["Retry-After"]) == body["retry_after"] >= 1
    assert InferenceBatch.objects.count() == 1
    assert integrator.post(PATH, {"data": ITEMS[:1]}).status_code == 200


def test_the_queue_takes_ten_thousand_items(integrator):
    items = [{"input": [1]}] * 1000
    assert [integrator.post(PATH, {"data": items}).status_code for _ in range(11)] == [200] * 10 + [429]


def test_what_is_cancelled_makes_room(integrator, settings):
    settings.MAX_QUEUE_SIZE = 2
    name = integrator.post(PATH, {"data": ITEMS}).json()["batch_id"]
    integrator.delete(f"/api/batch-processor/cancel/{name}")
    assert integrator.post(PATH, {"data": ITEMS}).status_code == 200


def test_more_than_the_queue_ever_takes_is_no_question_of_time(integrator, settings):
    settings.MAX_QUEUE_SIZE = 1
    answer = integrator.post(PATH, {"data": ITEMS})
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, ["data"])


def test_too_many_requests_are_refused_for_a_while(integrator, settings):
    settings.API_RATE_PER_MINUTE = 2
    answers = [integrator.post(PATH, {"data": ITEMS}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "RATE_LIMIT_EXCEEDED"
    assert int(answers[2]["Retry-After"]) >= 1


def test_too_large_a_body_is_refused(integrator, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = integrator.post(PATH, {"data": [{"input": [1] * 1000}]})
    assert (answer.status_code, answer.json()["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_heavier_and_older_batches_go_first(integrator):
    def position(priority):
        return integrator.post(PATH, {"data": ITEMS, "priority": priority, "timeout_ms": 300_000}).json()[
            "queue_position"
        ]

    assert [position(one) for one in ("normal", "low", "normal", "critical", "low")] == [1, 2, 2, 1, 5]


def test_submissions_are_in_the_audit_trail(integrator):
    integrator.post(PATH, SEED)
    entry = AuditEntry.objects.get(operation="processor.submit")
    assert (entry.target, entry.actor.username) == ("optional-batch-id", "integrator")


@pytest.mark.parametrize("role", Role)
def test_integrators_operators_and_admins_submit(client_for, role):
    allowed = role in {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR}
    assert client_for(role).post(PATH, {"data": ITEMS}).status_code == (200 if allowed else 403)


def test_nobody_submits_without_a_key(client_for):
    assert client_for(None).post(PATH, {"data": ITEMS}).status_code == 401


def test_only_post_is_taken(integrator):
    answer = integrator.get(PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_without_any_model_nothing_can_be_run(integrator):
    InferenceModel.objects.update(is_default=False)
    answer = integrator.post(PATH, {"data": ITEMS})
    assert (answer.status_code, answer.json()["error"]) == (503, "NO_MODEL")
