"""/api/distributed/schedules: make, show, change, remove schedules, and run one by hand."""

from datetime import UTC, datetime

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import beside, own_session, wait_for
from tests.workers.timing import made, pass_time, runs
from workers.models import Execution, Schedule
from workers.runtime import drain
from workers.services.firing import fire_due

SCHEDULES = "/api/distributed/schedules"
NIGHTLY = {
    "name": "nightly",
    "workflowId": "nightly-load",
    "jobs": [{"id": "load", "type": "noop"}, {"id": "check", "type": "noop", "dependsOn": ["load"]}],
    "cron": "0 6 * * MON-FRI",
    "timeZone": "Asia/Jakarta",
}

WAITING = """
SELECT EXISTS (
  SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ 'FOR UPDATE'
)
"""


@pytest.fixture
def client(client_for):
    return client_for(Role.BATCH_OPERATOR)


def one(client, name="nightly"):
    return client.get(f"{SCHEDULES}/{name}").json()["schedule"]


def test_a_schedule_is_made_and_shown(client):
    body = client.post(SCHEDULES, NIGHTLY).json()
    assert body["success"] is True
    schedule = body["schedule"]
    assert schedule == one(client)
    assert schedule.items() >= NIGHTLY.items()
    assert schedule["timing"] == "At 06:00 on Monday through Friday, Asia/Jakarta"
    assert (schedule["overlap"], schedule["catchUp"], schedule["enabled"]) == ("skip", "latest", True)
    assert (schedule["jobCount"], schedule["lastRun"], schedule["running"]) == (2, None, [])
    assert schedule["createdBy"] == "batch_operator"
    moments = [datetime.fromisoformat(moment) for moment in schedule["nextRuns"]]
    assert len(moments) == 5
    assert moments == sorted(moments)
    assert all(moment > datetime.now(UTC) and moment.astimezone(UTC).hour == 23 for moment in moments)


def test_the_jobs_of_a_schedule_run_and_its_last_run_is_shown(client):
    client.post(SCHEDULES, NIGHTLY)
    schedule = Schedule.objects.get()
    pass_time(schedule, 5)
    fire_due()
    shown = one(client)
    assert shown["running"] == [shown["lastRun"]["executionId"]]
    assert shown["lastRun"]["status"] == "pending"
    assert datetime.fromisoformat(shown["lastRun"]["scheduledFor"]) == schedule.starts_at
    drain()
    shown = one(client)
    assert (shown["running"], shown["lastRun"]["status"]) == ([], "completed")
    execution = client.get(f"/api/distributed/execute/{shown['lastRun']['executionId']}").json()["execution"]
    assert (execution["workflowId"], execution["schedule"]) == ("nightly-load", "nightly")


def test_schedules_are_listed_by_name_in_pages(client):
    for name in ("c", "a", "b/with slash"):
        assert client.post(SCHEDULES, {**NIGHTLY, "name": name}).status_code == 200
    first = client.get(f"{SCHEDULES}?limit=2").json()
    assert [schedule["name"] for schedule in first["schedules"]] == ["a", "b/with slash"]
    assert "jobs" not in first["schedules"][0]
    last = client.get(SCHEDULES, {"limit": 2, "cursor": first["next"]}).json()
    assert ([schedule["name"] for schedule in last["schedules"]], last["next"]) == (["c"], None)
    assert one(client, "b/with slash")["name"] == "b/with slash"


def test_a_name_is_taken_once(client):
    client.post(SCHEDULES, NIGHTLY)
    assert refused(client.post(SCHEDULES, NIGHTLY), 409, ErrorCode.CONFLICT)["details"] == {"schedule": "nightly"}


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"cron": None}, "intervalSeconds", "Give either this or cron."),
        ({"intervalSeconds": 60}, "intervalSeconds", "Give either this or cron."),
        ({"cron": "0 6 * *"}, "cron", "Write five fields: minute, hour, day of month, month, day of week."),
        ({"cron": "@daily"}, "cron", "Write five fields: minute, hour, day of month, month, day of week."),
        ({"cron": "61 * * * *"}, "cron", "Bad minute."),
        ({"cron": "0 0 30 2 *"}, "cron", "Bad day-of-month."),
        ({"cron": None, "intervalSeconds": 0.5}, "intervalSeconds", "Input should be greater than or equal to 1."),
        (
            {"timeZone": "Mars/Olympus"},
            "timeZone",
            "Is no time zone. Write one as Europe/Berlin, from the IANA database.",
        ),
        (
            {"timeZone": "../etc/passwd"},
            "timeZone",
            "Is no time zone. Write one as Europe/Berlin, from the IANA database.",
        ),
        ({"timeZone": ""}, "timeZone", "Is no time zone. Write one as Europe/Berlin, from the IANA database."),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "endsAt", "Must be later than startsAt."),
        ({"startsAt": "9999-12-31T23:59:59Z"}, "startsAt", "Use a year from 1970 to 9000."),
        ({"startsAt": "0001-01-01T00:00:00Z"}, "startsAt", "Use a year from 1970 to 9000."),
        ({"endsAt": "9999-12-31T23:59:59Z"}, "endsAt", "Use a year from 1970 to 9000."),
        ({"overlap": "queue"}, "overlap", "Input should be 'skip', 'allow' or 'cancel'."),
        ({"startsAt": None}, "startsAt", "Write a moment as text, with its zone: 2025-02-01T06:00:00Z."),
        ({"parallelism": 0}, "parallelism", "Input should be greater than or equal to 1."),
        ({"name": ""}, "name", "String should have at least 1 character."),
        ({"jobs": [{"id": "a"}]}, "jobs.0.type", "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(client, change, field, reason):
    body = {name: value for name, value in {**NIGHTLY, **change}.items() if name != "cron" or value is not None}
    assert wrong_field(client.post(SCHEDULES, body), field) == reason
    assert Schedule.objects.count() == 0


@pytest.mark.parametrize(
    ("jobs", "code", "field"),
    [
        ([], ErrorCode.NO_JOBS, None),
        ([{"id": "a", "type": "noop"}] * 2, ErrorCode.DUPLICATE_JOB, "jobs.1.id"),
        ([{"id": "a", "type": "noop", "dependsOn": ["b"]}], ErrorCode.UNKNOWN_DEPENDENCY, "jobs.0.dependsOn"),
        ([{"id": "a", "type": "noop", "dependsOn": ["a"]}], ErrorCode.DEPENDENCY_CYCLE, "jobs.0.dependsOn"),
        ([{"id": "a", "type": "noop", "requires": ["memoryGB >"]}], ErrorCode.INVALID_OPTION, "jobs.0.requires"),
    ],
)
def test_jobs_that_an_execution_would_refuse_are_refused_at_once(client, jobs, code, field):
    body = refused(client.post(SCHEDULES, {**NIGHTLY, "jobs": jobs}), 400, code)
    assert field is None or list(body["details"]["fields"]) == [field]
    client.post(SCHEDULES, NIGHTLY)
    refused(client.patch(f"{SCHEDULES}/nightly", {"jobs": jobs}), 400, code)
    assert one(client)["jobs"] == NIGHTLY["jobs"]
    assert Execution.objects.count() == 0


def test_an_interval_takes_the_place_of_a_cron_line_and_back(client):
    client.post(SCHEDULES, NIGHTLY)
    changed = client.patch(f"{SCHEDULES}/nightly", {"intervalSeconds": 90}).json()["schedule"]
    assert (changed["intervalSeconds"], changed["cron"], changed["timing"]) == (90, None, "Every 90 seconds")
    assert client.patch(f"{SCHEDULES}/nightly", {"cron": "* * * * *"}).json()["schedule"]["intervalSeconds"] is None
    assert wrong_field(client.patch(f"{SCHEDULES}/nightly", {"cron": None}), "intervalSeconds")


def test_a_change_keeps_what_it_does_not_name(client):
    client.post(SCHEDULES, NIGHTLY)
    before = one(client)
    after = client.patch(f"{SCHEDULES}/nightly", {"workflowId": "other", "overlap": "cancel", "parallelism": 2}).json()
    assert after["schedule"] == before | {"workflowId": "other", "overlap": "cancel", "parallelism": 2}


def test_a_run_that_is_due_survives_changes_of_anything_but_the_timing(client):
    schedule = made()
    pass_time(schedule, 5)
    client.patch(f"{SCHEDULES}/nightly", {"overlap": "allow", "enabled": True})
    assert len(fire_due()) == 1


def test_a_disabled_schedule_rests_and_makes_nothing_up(client):
    client.post(SCHEDULES, NIGHTLY)
    assert client.patch(f"{SCHEDULES}/nightly", {"enabled": False}).json()["schedule"]["nextRuns"] == []
    Schedule.objects.update(starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    enabled = client.patch(f"{SCHEDULES}/nightly", {"enabled": True}).json()["schedule"]
    assert datetime.fromisoformat(enabled["nextRuns"][0]) > datetime.now(UTC)


def test_a_schedule_runs_by_hand_beside_its_timetable(client):
    client.post(SCHEDULES, {**NIGHTLY, "enabled": False})
    body = client.post(f"{SCHEDULES}/nightly/run").json()
    assert (body["success"], body["status"], body["jobCount"]) == (True, "pending", 2)
    assert runs(Schedule.objects.get()) == [None]
    assert one(client)["lastRun"]["scheduledFor"] is None
    conflict = refused(client.post(f"{SCHEDULES}/nightly/run"), 409, ErrorCode.EXECUTION_NOT_ENDED)
    assert conflict["details"] == {"executions": [body["executionId"]]}
    client.patch(f"{SCHEDULES}/nightly", {"overlap": "cancel"})
    assert client.post(f"{SCHEDULES}/nightly/run").status_code == 200
    assert sorted(Execution.objects.values_list("status", flat=True)) == ["cancelled", "pending"]


def test_a_removed_schedule_leaves_its_executions(client):
    client.post(SCHEDULES, NIGHTLY)
    client.post(f"{SCHEDULES}/nightly/run")
    assert client.delete(f"{SCHEDULES}/nightly").json()["name"] == "nightly"
    refused(client.get(f"{SCHEDULES}/nightly"), 404, ErrorCode.NOT_FOUND)
    execution = Execution.objects.get()
    assert (execution.schedule, execution.status) == (None, "pending")
    assert client.get(SCHEDULES).json()["schedules"] == []


def test_every_write_is_audited(client):
    client.post(SCHEDULES, NIGHTLY)
    client.patch(f"{SCHEDULES}/nightly", {"enabled": False})
    client.post(f"{SCHEDULES}/nightly/run")
    client.delete(f"{SCHEDULES}/nightly")
    entries = AuditEntry.objects.filter(target="nightly").order_by("id")
    assert [(entry.operation, entry.actor_name) for entry in entries] == [
        (f"schedule.{verb}", "batch_operator") for verb in ("create", "change", "run", "delete")
    ]
    assert (entries[1].before["enabled"], entries[1].after["enabled"]) == (True, False)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", SCHEDULES, {Role.AUDITOR, Role.INTEGRATOR, Role.WORKER, Role.FINANCE_VIEWER}),
        ("post", SCHEDULES, set()),
        ("patch", f"{SCHEDULES}/nightly", set()),
        ("delete", f"{SCHEDULES}/nightly", set()),
        ("post", f"{SCHEDULES}/nightly/run", set()),
    ],
)
def test_roles_decide(client_for, method, path, allowed):
    refused(getattr(client_for(None), method)(path), 401, ErrorCode.UNAUTHORIZED)
    for role in set(Role) - {Role.BATCH_ADMIN, Role.BATCH_OPERATOR}:
        response = getattr(client_for(role), method)(path)
        assert (response.status_code == 200) is (role in allowed), role
        assert response.status_code in {200, 403}


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_an_unknown_schedule_is_a_404(client, method):
    body = refused(getattr(client, method)(f"{SCHEDULES}/nobody"), 404, ErrorCode.NOT_FOUND)
    assert body["message"] == 'There is no schedule "nobody".'
    refused(client.post(f"{SCHEDULES}/nobody/run"), 404, ErrorCode.NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path"),
    [("delete", ""), ("patch", ""), ("post", "/run")],
)
def test_a_schedule_that_another_removes_meanwhile_is_a_404(client, method, path):
    client.post(SCHEDULES, NIGHTLY)
    answers = []
    with own_session(autocommit=False) as other:
        other.execute("DELETE FROM schedule")
        thread = beside(lambda: answers.append(getattr(client, method)(f"{SCHEDULES}/nightly{path}")))
        wait_for(lambda: sql.value(WAITING), "the request to wait for the row")
    thread.join()
    refused(answers[0], 404, ErrorCode.NOT_FOUND)


def test_wrong_methods_and_unknown_fields_are_refused(client):
    refused(client.put(f"{SCHEDULES}/nightly"), 405, ErrorCode.METHOD_NOT_ALLOWED)
    refused(client.get(f"{SCHEDULES}/nightly/run"), 405, ErrorCode.METHOD_NOT_ALLOWED)
    assert "Known are: " in wrong_field(client.post(SCHEDULES, {**NIGHTLY, "every": 5}), "every")
    assert wrong_field(client.patch(f"{SCHEDULES}/nightly", {"name": "other"}), "name")
    assert wrong_field(client.post(f"{SCHEDULES}/nightly/run", {"now": True}), "now")
