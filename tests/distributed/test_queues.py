"""/api/distributed/queues: queues with limits and counts, and what got done in them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import ErrorCode
from project.postgres import sql
from tests.distributed.refusals import refused, wrong_field
from tests.workers.hands import Hand, graph, job, keys
from workers.models import Queue
from workers.services import queues

QUEUES = "/api/distributed/queues"


@pytest.fixture
def client(client_for):
    return client_for(Role.BATCH_OPERATOR)


def one(client, name="default"):
    return client.get(f"{QUEUES}/{name}").json()["queue"]


def test_every_queue_is_listed_by_name(client):
    graph(job("a", queue="reports"), job("b", queue="archive"))
    body = client.get(QUEUES).json()
    assert (body["success"], body["count"]) == (True, 3)
    assert [queue["name"] for queue in body["queues"]] == ["archive", "default", "reports"]


def test_a_queue_shows_its_limits_counts_and_no_pause(client):
    graph(job("a"), job("b", priority="urgent"), job("c", "a", priority="low"))
    queue = one(client)
    assert (queue["pause"], queue["concurrency"], queue["rateLimit"], queue["rateSeconds"]) == (None, None, None, None)
    assert queue["horizonSeconds"] == 600
    assert (queue["counts"]["waiting"], queue["counts"]["waitingChildren"], queue["counts"]["total"]) == (2, 1, 3)
    assert list(queue["byPriority"]) == ["urgent", "normal", "low"]
    assert queue["byPriority"]["urgent"]["waiting"] == queue["byPriority"]["low"]["waitingChildren"] == 1


def test_a_pause_says_who_why_and_whether_it_is_of_all(client):
    queues.pause(reason="Month-end.")
    assert one(client)["pause"].items() >= {"allQueues": True, "by": "system", "reason": "Month-end."}.items()
    queues.pause(queue="default", reason="The printer burns.")
    assert one(client)["pause"].items() >= {"allQueues": False, "reason": "The printer burns.", "until": None}.items()


def test_a_queue_is_made_before_its_first_job(client):
    response = client.post(QUEUES, {"name": "gpu", "concurrency": 2, "rateLimit": 100, "rateSeconds": 1})
    assert response.status_code == 200
    assert response.json()["queue"]["concurrency"] == 2
    assert refused(client.post(QUEUES, {"name": "gpu"}), 409, ErrorCode.CONFLICT)["details"] == {"queue": "gpu"}


def test_limits_are_set_one_by_one_and_lifted_with_null(client):
    client.patch(f"{QUEUES}/default", {"concurrency": 3})
    client.patch(f"{QUEUES}/default", {"rateLimit": 10, "rateSeconds": 0.5, "horizonSeconds": 60})
    queue = client.patch(f"{QUEUES}/default", {}).json()["queue"]
    assert (queue["concurrency"], queue["rateLimit"], queue["rateSeconds"]) == (3, 10, 0.5)
    assert queue["horizonSeconds"] == 60
    queue = client.patch(f"{QUEUES}/default", {"rateLimit": None, "concurrency": None}).json()["queue"]
    assert (queue["concurrency"], queue["rateLimit"], queue["rateSeconds"]) == (None, None, None)


def test_a_limit_holds_for_the_next_claim(client):
    graph(*(job(str(number)) for number in range(5)))
    client.patch(f"{QUEUES}/default", {"concurrency": 2})
    assert len(Hand().claim()) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"rateLimit": 5}, "rateSeconds"), ({"rateSeconds": 5}, "rateLimit")],
)
def test_half_a_rate_is_refused_and_nothing_changes(client, body, field):
    assert "give both" in wrong_field(client.patch(f"{QUEUES}/default", body), field)
    assert Queue.objects.get(name="default").rate_limit is None
    wrong_field(client.post(QUEUES, {"name": "half", **body}), field)
    assert not Queue.objects.filter(name="half").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("concurrency", 0),
        ("concurrency", 2**31),
        ("concurrency", "5"),
        ("concurrency", True),
        ("rateSeconds", 0),
        ("horizonSeconds", -1),
        ("horizonSeconds", None),
        ("rate_limit", 1),
    ],
)
def test_a_wrong_limit_is_named(client, field, value):
    wrong_field(client.patch(f"{QUEUES}/default", {field: value}), field)


def test_changes_are_in_the_audit_trail_with_before_and_after(client):
    client.patch(f"{QUEUES}/default", {"concurrency": 3})
    entry = AuditEntry.objects.get(operation="queue.change")
    assert (entry.target, entry.before["concurrency"], entry.after["concurrency"]) == ("default", None, 3)


def test_draining_cancels_what_waits_and_leaves_what_runs(client):
    later = timezone.now() + timedelta(hours=1)
    execution = graph(job("active"), job("waits"), job("later", run_at=later), job("other", queue="reports"))
    hand = Hand()
    claimed = hand.claim(1)
    body = client.post(f"{QUEUES}/default/drain", {"reason": "Wrong month."}).json()
    assert (body["success"], body["cancelled"]) == (True, 2)
    assert one(client)["counts"].items() >= {"active": 1, "waiting": 0, "delayed": 0, "cancelled": 2}.items()
    hand.complete(*claimed)
    assert keys(Hand("two", queues=["reports"]).claim()) == ["other"]
    execution.refresh_from_db()
    assert (execution.completed, execution.cancelled) == (1, 2)
    assert sql.value("SELECT error FROM finished_job WHERE state = 'cancelled' LIMIT 1") == "drained: Wrong month."
    assert AuditEntry.objects.get(operation="queue.drain").details == {"reason": "Wrong month.", "cancelled": 2}


def test_dependents_of_drained_jobs_follow_their_policies(client):
    execution = graph(job("a"), job("b", "a"), job("c", "b"))
    assert client.post(f"{QUEUES}/default/drain").json()["cancelled"] == 1
    execution.refresh_from_db()
    assert (execution.status, execution.cancelled) == ("cancelled", 3)


def test_draining_jobs_that_a_parallelism_holds_back(client):
    execution = graph(*(job(str(number)) for number in range(250)), parallelism=2)
    assert client.post(f"{QUEUES}/default/drain").json()["cancelled"] == 250
    execution.refresh_from_db()
    assert (execution.status, execution.admitted) == ("cancelled", 0)


def test_draining_an_empty_queue(client):
    assert client.post(f"{QUEUES}/default/drain").json()["cancelled"] == 0


def test_throughput_counts_what_ended_by_minute(client):
    graph(job("a"), job("b", max_attempts=1))
    hand = Hand()
    first, second = hand.claim()
    hand.complete(first)
    hand.end(second)
    path = f"{QUEUES}/default/throughput"
    body = client.get(path).json()
    assert body["queue"] == "default"
    assert sum(minute["completed"] for minute in body["minutes"]) == 1
    assert sum(minute["failed"] for minute in body["minutes"]) == 1
    sql.execute("UPDATE tally SET second = second - interval '90 minutes'")
    sql.rows("SELECT workers.fold_tally(q.id) FROM queue q")
    assert client.get(path).json()["minutes"] == []
    assert len(client.get(path, {"minutes": 120}).json()["minutes"]) in {1, 2}
    assert wrong_field(client.get(path, {"minutes": 20161}), "minutes")
    assert wrong_field(client.get(path, {"minutes": 0}), "minutes")


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("patch", ""), ("post", "/drain"), ("get", "/throughput")])
def test_an_unknown_queue_is_404(client, method, path):
    refused(getattr(client, method)(f"{QUEUES}/nobody's{path}"), 404, ErrorCode.NOT_FOUND)
    refused(getattr(client, method)(f"{QUEUES}/nul%00{path}"), 404, ErrorCode.NOT_FOUND)


def test_a_name_with_any_character_is_found(client):
    for name in ("a b", "a/b", "ä?#%", "stats"):
        assert client.post(QUEUES, {"name": name}).status_code == 200
        assert one(client, name.replace("%", "%25").replace("?", "%3F").replace("#", "%23"))["name"] == name


def test_reading_needs_a_reader_and_changing_an_operator(client_for):
    for role in (Role.FINANCE_VIEWER, Role.INTEGRATOR, Role.WORKER):
        assert client_for(role).get(QUEUES).status_code == 200
        refused(client_for(role).post(QUEUES, {"name": "x"}), 403, ErrorCode.FORBIDDEN)
        refused(client_for(role).patch(f"{QUEUES}/default", {}), 403, ErrorCode.FORBIDDEN)
        refused(client_for(role).post(f"{QUEUES}/default/drain"), 403, ErrorCode.FORBIDDEN)
    refused(client_for().get(QUEUES), 401, ErrorCode.UNAUTHORIZED)
    refused(client_for(Role.BATCH_ADMIN).delete(f"{QUEUES}/default"), 405, ErrorCode.METHOD_NOT_ALLOWED)
