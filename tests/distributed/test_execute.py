"""POST /api/distributed/execute."""

import itertools
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.distributed.remote import key_of
from tests.workers.hands import Hand, keys
from workers.models import Execution, Job, JobDependency, Lane

EXECUTE = "/api/distributed/execute"


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


def one(key="a", *parents, **options):
    return {"id": key, "type": "noop", "dependsOn": list(parents), "config": {}, **options}


def start(client, *jobs, **options):
    return client.post(EXECUTE, {"workflowId": "test", "jobs": list(jobs), **options})


def invalid(client, code, *jobs, **options):
    """The details of a refusal that left nothing behind."""
    body = refused(start(client, *jobs, **options), 400, code)
    assert not Execution.objects.exists()
    assert not Job.objects.exists()
    return body.get("details")


def test_an_execution_is_started_and_told_as_the_contract_says(client):
    response = start(client, one("a"), one("b", "a"))
    execution = Execution.objects.get()
    body = response.json()
    assert response.status_code == 200
    assert datetime.fromisoformat(body.pop("startedAt")) == execution.created_at
    assert body == {
        "success": True,
        "executionId": f"exec-{execution.pk}",
        "status": "pending",
        "completedAt": None,
        "jobCount": 2,
    }
    assert execution.actor.username == "integrator"


def test_jobs_run_in_the_order_of_their_dependencies(client):
    start(client, one("a"), one("b", "a"), one("c", {"id": "a"}, {"id": "b", "onFailure": "ignore"}))
    hand = Hand()
    for key in "abc":
        claimed = hand.claim()
        assert keys(claimed) == [key]
        hand.complete(*claimed)
    assert sorted(JobDependency.objects.values_list("on_failure", flat=True)) == ["cancel", "cancel", "ignore"]
    assert Execution.objects.get().status == "completed"


def test_every_option_of_a_job_arrives(client):
    job = one(
        name="Data Preprocessing",
        config={"rows": [1, None, {"ä": 2.5}]},
        queue="gpu",
        priority="high",
        maxAttempts=7,
        backoffSeconds=2.5,
        timeoutSeconds=60,
        requires=["memoryGB >= 32", "gpu"],
        runAt=(timezone.now() + timedelta(hours=1)).isoformat(),
    )
    assert start(client, job).status_code == 200
    made = Job.objects.get()
    assert (made.key, made.name, made.payload) == ("a", "Data Preprocessing", {"rows": [1, None, {"ä": 2.5}]})
    assert (made.max_attempts, made.backoff_seconds, made.timeout_seconds) == (7, 2.5, 60)
    lane = Lane.objects.get()
    assert (lane.queue.name, lane.priority_id, lane.labels) == ("gpu", "high", ["gpu"])
    assert lane.comparisons == [["memoryGB", ">=", 32]]


def test_a_job_needs_an_id_and_a_type_alone(client):
    assert start(client, {"id": "a", "type": "noop"}).status_code == 200
    assert Job.objects.get().payload == {}


def test_a_type_that_nobody_can_run_is_accepted(client):
    assert start(client, one(type="preprocessing")).status_code == 200


def test_a_delayed_job_waits(client):
    start(client, one(delaySeconds=3600))
    assert Hand().claim() == []


def test_parallelism_holds(client):
    start(client, one("a"), one("b"), one("c"), parallelism=2)
    assert len(Hand().claim()) == 2


def test_ten_thousand_jobs_in_layers_are_one_request(client):
    layers = [[one(f"{layer}-{place}") for place in range(500)] for layer in range(20)]
    for above, below in itertools.pairwise(layers):
        for place, job in enumerate(below):
            job["dependsOn"] = [above[(place + step) % 500]["id"] for step in range(3)]
    assert start(client, *itertools.chain(*layers)).json()["jobCount"] == 10_000
    assert JobDependency.objects.count() == 28_500


def test_no_jobs(client):
    assert invalid(client, ErrorCode.NO_JOBS) == {"workflow": "test"}


def test_more_than_a_hundred_thousand_jobs(client):
    jobs = [{"id": str(number), "type": "noop"} for number in range(100_001)]
    invalid(client, ErrorCode.TOO_MANY_JOBS, *jobs)


def test_duplicate_ids_are_named_with_their_place(client):
    details = invalid(client, ErrorCode.DUPLICATE_JOB, one("a"), one("b"), one("a"))
    assert details["job"] == "a"
    assert list(details["fields"]) == ["jobs.2.id"]


def test_an_unknown_dependency_is_named_with_its_place(client):
    details = invalid(client, ErrorCode.UNKNOWN_DEPENDENCY, one("a"), one("b", "nobody"))
    assert (details["job"], details["depends_on"]) == ("b", "nobody")
    assert list(details["fields"]) == ["jobs.1.dependsOn"]


def test_a_dependency_that_is_named_twice(client):
    details = invalid(client, ErrorCode.DUPLICATE_DEPENDENCY, one("a"), one("b", "a", {"id": "a"}))
    assert list(details["fields"]) == ["jobs.1.dependsOn"]


@pytest.mark.parametrize("ring", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_cycle_is_named(client, ring):
    jobs = [one(key, ring[place - 1]) for place, key in enumerate(ring)]
    details = invalid(client, ErrorCode.DEPENDENCY_CYCLE, one("x"), *jobs)
    assert sorted(details["cycle"]) == ring


def test_a_config_over_the_limit_is_named(client, settings):
    settings.JOB_MAX_PAYLOAD_BYTES = 1000
    details = invalid(client, ErrorCode.INVALID_OPTION, one("a"), one("b", config={"text": "x" * 1000}))
    assert list(details["fields"]) == ["jobs.1.config"]


def test_a_requirement_that_cannot_be_read_is_named(client):
    details = invalid(client, ErrorCode.INVALID_OPTION, one(requires=["memoryGB >="]))
    assert list(details["fields"]) == ["jobs.0.requires"]


def test_an_unknown_priority_is_refused_with_those_there_are(client):
    details = invalid(client, ErrorCode.INVALID_OPTION, one(priority="highest"))
    assert list(details["fields"]) == ["jobs.0.priority"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", 1),
        ("id", None),
        ("type", "x" * 201),
        ("name", 5),
        ("name", ""),
        ("name", "x" * 201),
        ("dependsOn", "b"),
        ("dependsOn", None),
        ("config", []),
        ("config", "text"),
        ("queue", ""),
        ("maxAttempts", 0),
        ("maxAttempts", 1001),
        ("maxAttempts", 1.5),
        ("maxAttempts", True),
        ("backoffSeconds", -1),
        ("timeoutSeconds", 0),
        ("delaySeconds", "60"),
        ("runAt", "tomorrow"),
        ("runAt", 1735689600),
        ("runAt", "2025-02-01T06:00:00"),
        ("requires", "gpu"),
        ("depends_on", []),
    ],
)
def test_a_wrong_field_of_a_job_is_named_with_its_place(client, field, value):
    assert wrong_field(
        start(client, one("x"), one(**{"key": "y", field: value} if field != "id" else {"key": value})),
        f"jobs.1.{field}",
    )


@pytest.mark.parametrize(
    ("edge", "field", "reason"),
    [
        (5, "", "Must be the id of a job, or an object with one."),
        (None, "", "Must be the id of a job, or an object with one."),
        (["x"], "", "Must be the id of a job, or an object with one."),
        ("", "", "String should have at least 1 character."),
        ("x" * 201, "", "String should have at most 200 characters."),
        ({}, ".id", "This field is required."),
        ({"id": 5}, ".id", "Input should be a valid string."),
        ({"id": "x", "onFailure": "shrug"}, ".onFailure", "Input should be 'cancel', 'fail' or 'ignore'."),
        ({"id": "x", "on_failure": "fail"}, ".on_failure", "Unknown field. Known are: id, onFailure."),
    ],
)
def test_a_wrong_dependency_is_named_with_its_place(client, edge, field, reason):
    assert wrong_field(start(client, one("x"), one("y", "x", edge)), f"jobs.1.dependsOn.1{field}") == reason


def test_an_unknown_field_tells_what_is_known(client):
    reason = wrong_field(start(client, one(dependson=[])), "jobs.0.dependson")
    assert reason.startswith("Unknown field. Known are: id, name, type, dependsOn, config, ")
    assert "Known are: workflowId, jobs, parallelism, idempotencyKey." in wrong_field(
        start(client, one(), jbos=[]), "jbos"
    )


def test_two_starts_of_a_job_are_refused(client):
    both = one(runAt="2035-02-01T06:00:00Z", delaySeconds=5)
    assert "not both" in wrong_field(start(client, both), "jobs.0")


@pytest.mark.parametrize(
    ("field", "value"),
    [("parallelism", 0), ("parallelism", -1), ("parallelism", 1.5), ("workflowId", ""), ("jobs", {})],
)
def test_a_wrong_field_of_the_execution_is_named(client, field, value):
    wrong_field(client.post(EXECUTE, {"workflowId": "test", "jobs": [one()], field: value}), field)


def test_missing_fields_are_named_together(client):
    body = refused(client.post(EXECUTE, {}), 400, ErrorCode.INVALID_REQUEST)
    assert body["details"]["fields"] == {name: ["This field is required."] for name in ("workflowId", "jobs")}


def test_of_very_many_wrong_jobs_some_are_named(client):
    body = refused(start(client, *[{}] * 1000), 400, ErrorCode.INVALID_REQUEST)
    assert len(body["details"]["fields"]) == 20


def test_a_body_that_is_no_object(client):
    for body in ("[]", "5", "null"):
        response = client.post(EXECUTE, body, content_type="application/json")
        message = refused(response, 400, ErrorCode.INVALID_REQUEST)["message"]
        assert message == "The body: Must be an object."


def test_a_nul_cannot_be_stored(client):
    text = '{"workflowId": "t", "jobs": [{"id": "a", "type": "noop", "config": {"x": "\\u0000"}}]}'
    refused(client.post(EXECUTE, text, content_type="application/json"), 400, ErrorCode.INVALID_REQUEST)


def test_malformed_json_another_type_and_too_large_a_body(client, settings):
    refused(client.post(EXECUTE, "{", content_type="application/json"), 400, ErrorCode.INVALID_REQUEST)
    refused(client.post(EXECUTE, "a=1", content_type="text/plain"), 415, ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    refused(start(client, one(config={"text": "x" * 100})), 413, ErrorCode.PAYLOAD_TOO_LARGE)


def test_the_same_key_and_request_give_the_same_execution(client):
    first = start(client, one(), idempotencyKey="monday")
    second = start(client, one(), idempotencyKey="monday")
    assert first.json() == second.json()
    assert (first.get("Idempotent-Replayed"), second.get("Idempotent-Replayed")) == (None, "true")
    assert Execution.objects.count() == 1
    assert AuditEntry.objects.filter(operation="execution.start").count() == 1


def test_the_key_may_be_a_header(client):
    body = {"workflowId": "test", "jobs": [one()]}
    first = client.post(EXECUTE, body, headers={"Idempotency-Key": "monday"})
    assert start(client, one(), idempotencyKey="monday").json() == first.json()
    both = client.post(EXECUTE, {**body, "idempotencyKey": "tuesday"}, headers={"Idempotency-Key": "monday"})
    wrong_field(both, "idempotencyKey")
    wrong_field(client.post(EXECUTE, body, headers={"Idempotency-Key": "x" * 201}), "Idempotency-Key")


def test_the_same_key_with_another_request_is_409(client):
    start(client, one(), idempotencyKey="monday")
    body = refused(start(client, one("b"), idempotencyKey="monday"), 409, ErrorCode.IDEMPOTENCY_KEY_REUSED)
    name = f"exec-{Execution.objects.get().pk}"
    assert (body["details"], f"belongs to {name}," in body["message"]) == ({"execution": name}, True)
    assert Execution.objects.count() == 1


def test_keys_of_others_are_their_own(client, client_for):
    start(client, one(), idempotencyKey="monday")
    assert start(client_for(Role.BATCH_OPERATOR), one("b"), idempotencyKey="monday").status_code == 200


def test_a_hundred_new_queues_are_made_and_the_next_job_is_named(client):
    jobs = [one(str(place), queue=f"queue-{place}") for place in range(101)]
    details = invalid(client, ErrorCode.INVALID_OPTION, *jobs)
    assert (details["job"], details["option"], list(details["fields"])) == ("100", "queue", ["jobs.100.queue"])
    assert start(client, *jobs[:100]).status_code == 200
    assert start(client, *jobs).status_code == 200


def test_a_thousand_new_lanes_are_made_and_the_next_job_is_named(client):
    jobs = [one(str(place), requires=[f"rows >= {place}"], maxAttempts=place % 3 + 1) for place in range(1001)]
    details = invalid(client, ErrorCode.INVALID_OPTION, *jobs)
    assert (details["job"], details["option"], list(details["fields"])) == ("1000", "requires", ["jobs.1000.requires"])
    details = invalid(client, ErrorCode.INVALID_OPTION, *[one(str(place), type=f"t{place}") for place in range(1001)])
    assert list(details["fields"]) == ["jobs.1000.type"]
    assert start(client, *jobs[:1000]).status_code == 200
    assert start(client, *jobs).status_code == 200


def test_what_is_refused_uses_up_no_queue_ids(client):
    last = "SELECT last_value FROM queue_id_seq"
    before = sql.value(last)
    invalid(client, ErrorCode.UNKNOWN_DEPENDENCY, one("a", "nobody", queue="new"))
    invalid(client, ErrorCode.INVALID_OPTION, *[one(str(place), queue=f"queue-{place}") for place in range(40_000)])
    assert sql.value(last) == before


def test_there_may_be_more_queues_than_a_smallint_counts(client):
    sql.execute("ALTER SEQUENCE queue_id_seq RESTART WITH 40000")
    assert start(client, one(queue="new")).status_code == 200
    hand = Hand()
    hand.complete(*hand.claim())
    operator = key_of("operator", Role.BATCH_OPERATOR)
    for verb in ("pause", "resume"):
        assert operator.post(f"/api/distributed/queue/{verb}", {"queue": "new"}).status_code == 200
    state = operator.get("/api/distributed/queues/new").json()["queue"]
    assert state["counts"]["completed"] == 1
    sql.value("SELECT workers.fold_tally(q.id) FROM queue q WHERE q.name = 'new'")


def test_it_is_in_the_audit_trail(client):
    start(client, one(), one("b"))
    entry = AuditEntry.objects.get(operation="execution.start")
    assert entry.target == f"exec-{Execution.objects.get().pk}"
    assert (entry.actor_name, entry.details) == ("integrator", {"workflow": "test", "jobs": 2})


def test_it_needs_a_submitter(client_for):
    refused(start(client_for(), one()), 401, ErrorCode.UNAUTHORIZED)
    for role in (Role.WORKER, Role.FINANCE_VIEWER, Role.AUDITOR):
        refused(start(client_for(role), one()), 403, ErrorCode.FORBIDDEN)
    refused(client_for(Role.BATCH_ADMIN).put(EXECUTE, {}), 405, ErrorCode.METHOD_NOT_ALLOWED)
    assert start(client_for(Role.BATCH_OPERATOR), one()).status_code == 200


def test_without_keys_anybody_may(client_for, settings):
    settings.REQUIRE_API_KEY = False
    assert start(client_for(), one(), idempotencyKey="x").status_code == 200
    assert Execution.objects.get().actor is None
