"""What subscribers get, when they don't take it, and what is kept of it."""

import hashlib
import hmac
import json
import time

import pytest
from django.db import transaction

from project.postgres import sql
from reconciliation.models import WebhookDelivery, WebhookSubscription
from reconciliation.services import webhooks
from tests.monthend.gates import replace_work
from tests.reconciliation.rows import job, mapping
from tests.workers.web import reply, web
from workers.handlers import Permanent
from workers.hosts import allowed_hosts
from workers.models import Execution
from workers.runtime import drain

PATH = "/api/v1/reconciliation/webhooks"


@pytest.fixture
def allow(settings):
    def hosts(*items):
        settings.HTTP_JOB_HOSTS = allowed_hosts(items)

    return hosts


def subscribed(url, *events, **values):
    return WebhookSubscription.objects.create(url=url, events=list(events), secret="whsec_known", **values)


def attempt():
    """The next attempt at each delivery, its pause cut short."""
    sql.execute("UPDATE ready SET run_at = now() - interval '1 second'")
    drain(due_seconds=0)


def only():
    return WebhookDelivery.objects.get()


def test_a_high_drift_is_told_as_the_contract_says(allow):
    with web(reply(204)) as server:
        allow(f"127.0.0.1:{server.port}")
        subscribed(f"{server.url}/hook?team=1")
        made = job(source_rows=1000, mismatch_count=52)
        webhooks.emit("reconciliation.drift_detected", made)
        drain()
    (asked,) = server.asked
    assert (asked["method"], asked["path"]) == ("POST", "/hook?team=1")
    body = json.loads(asked["body"])
    assert list(body) == ["event", "timestamp", "data"]
    assert body["event"] == "reconciliation.drift_detected"
    assert body["timestamp"].endswith("Z")
    assert body["data"] == {
        "job_id": str(made.pk),
        "table": "users",
        "drift_percentage": 5.2,
        "severity": "CRITICAL",
    }
    delivery = only()
    assert (delivery.state, delivery.attempts, delivery.response_status) == ("delivered", 1, 204)
    assert delivery.delivered_at is not None


def test_the_signature_proves_sender_body_and_time(allow):
    with web(reply()) as server:
        allow(f"127.0.0.1:{server.port}")
        subscribed(server.url)
        webhooks.emit("reconciliation.job_completed", job())
        drain()
    headers, body = server.asked[0]["headers"], server.asked[0]["body"]
    stamp = headers["x-webhook-timestamp"]
    expected = hmac.new(b"whsec_known", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-webhook-signature"] == f"sha256={expected}"
    assert abs(time.time() - int(stamp)) < 120
    assert headers["content-type"] == "application/json"
    assert headers["x-webhook-event"] == "reconciliation.job_completed"
    assert headers["x-webhook-delivery"] == str(only().pk)


def test_a_warning_is_told_from_a_critical_drift_by_the_mappings_thresholds():
    subscribed("http://hooks.example.com/")
    mapping("users", critical_percent=50)
    webhooks.emit("reconciliation.drift_detected", job(source_rows=1000, mismatch_count=52))
    assert only().payload["data"]["severity"] == "WARNING"


def test_a_failure_says_why():
    subscribed("http://hooks.example.com/")
    errors = [{"range": 4, "error": "The source does not answer."}]
    made = job(status="FAILED", validation_errors=errors)
    webhooks.emit("reconciliation.job_failed", made)
    assert only().payload["data"] == {
        "job_id": str(made.pk),
        "table": "users",
        "status": "FAILED",
        "validation_errors": errors,
        "validation_error_count": 1,
    }


def test_only_who_wants_an_event_is_told_of_it():
    wanting = subscribed("http://a.example.com/", "reconciliation.job_failed", "reconciliation.drift_detected")
    everything = subscribed("http://b.example.com/")
    subscribed("http://c.example.com/", "reconciliation.job_completed")
    subscribed("http://d.example.com/", enabled=False)
    webhooks.emit("reconciliation.job_failed", job(status="FAILED"))
    assert set(WebhookDelivery.objects.values_list("subscription", flat=True)) == {wanting.pk, everything.pk}


def test_what_is_rolled_back_is_not_told():
    subscribed("http://hooks.example.com/")
    with transaction.atomic():
        webhooks.emit("reconciliation.job_completed", job())
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()
    assert not Execution.objects.exists()


def test_a_subscriber_in_trouble_is_told_again(allow):
    with web(reply(500, b"secret page"), reply(404), reply(200)) as server:
        allow(f"127.0.0.1:{server.port}")
        subscribed(server.url)
        webhooks.emit("reconciliation.job_completed", job())
        seen = []
        for _ in range(3):
            attempt()
            seen.append((only().state, only().attempts, only().response_status, only().error))
    assert seen == [
        ("pending", 1, 500, "It answered 500."),
        ("pending", 2, 404, "It answered 404."),
        ("delivered", 3, 200, ""),
    ]
    bodies = {asked["body"] for asked in server.asked}
    ids = {asked["headers"]["x-webhook-delivery"] for asked in server.asked}
    assert (len(server.asked), len(bodies), len(ids)) == (3, 1, 1)


def test_attempts_end(allow):
    with web(reply(500)) as server:
        allow(f"127.0.0.1:{server.port}")
        subscribed(server.url)
        webhooks.emit("reconciliation.job_completed", job())
        for _ in range(10):
            assert only().state == "pending"
            attempt()
    assert (only().state, only().attempts, len(server.asked)) == ("failed", 10, 10)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(302, location="/elsewhere"), "redirects aren't followed"),
        (reply(410), "gone for good"),
        (reply(200, b"x" * 2000), "larger than HTTP_JOB_MAX_BYTES"),
    ],
)
def test_what_another_attempt_can_not_mend_fails_at_once(allow, settings, answer, error):
    settings.HTTP_JOB_MAX_BYTES = 1024
    with web(answer) as server:
        allow(f"127.0.0.1:{server.port}")
        subscribed(server.url)
        webhooks.emit("reconciliation.job_completed", job())
        drain()
    assert (only().state, only().attempts, len(server.asked)) == ("failed", 1, 1)
    assert error in only().error


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_of_this_network_is_not_called_unless_it_is_listed(allow, host):
    with web(reply()) as server:
        subscribed(f"http://{host}:{server.port}/")
        webhooks.emit("reconciliation.job_completed", job())
        drain()
    assert server.asked == []
    assert only().state == "failed"
    assert "isn't public: HTTP_JOB_HOSTS" in only().error


def test_who_was_disabled_or_removed_meanwhile_is_not_told(allow):
    with web(reply()) as server:
        allow(f"127.0.0.1:{server.port}")
        disabled, removed = subscribed(server.url), subscribed(server.url)
        webhooks.emit("reconciliation.job_completed", job())
        WebhookSubscription.objects.filter(pk=disabled.pk).update(enabled=False)
        removed.delete()
        drain()
    assert server.asked == []
    assert (only().state, only().error) == ("failed", "The webhook was disabled before the delivery.")
    assert set(Execution.objects.values_list("status", flat=True)) <= {"completed", "failed"}


def test_a_delivery_whose_last_attempt_left_no_word_is_failed(monkeypatch):
    def lost(claim):
        raise Permanent("its worker was lost")

    replace_work(monkeypatch, "reconciliation.deliver_webhook", lambda _: lost)
    subscribed("http://hooks.example.com/")
    webhooks.emit("reconciliation.job_completed", job())
    drain()
    assert (only().state, only().attempts) == ("failed", 0)


def test_the_test_button_sends_a_test(operator, allow):
    with web(reply()) as server:
        allow(f"127.0.0.1:{server.port}")
        made = operator.post(PATH, {"url": server.url, "events": ["reconciliation.job_failed"]}).json()
        answer = operator.post(f"{PATH}/{made['webhook_id']}/test", {})
        assert (answer.status_code, answer.json()["state"]) == (202, "pending")
        drain()
    (asked,) = server.asked
    assert json.loads(asked["body"])["event"] == "reconciliation.test"
    assert json.loads(asked["body"])["data"] == {"webhook_id": made["webhook_id"]}
    (delivery,) = operator.get(f"{PATH}/{made['webhook_id']}/deliveries").json()["deliveries"]
    assert (delivery["delivery_id"], delivery["state"]) == (answer.json()["delivery_id"], "delivered")
    assert (delivery["response_status"], delivery["error"]) == (200, None)


def test_a_disabled_webhook_is_not_tested(operator):
    made = subscribed("http://hooks.example.com/", enabled=False)
    answer = operator.post(f"{PATH}/{made.pk}/test", {})
    assert (answer.status_code, answer.json()["error"]) == (409, "CONFLICT")


def test_the_log_is_filtered_by_state_and_paged(operator):
    made = subscribed("http://hooks.example.com/")
    for _ in range(3):
        webhooks.emit("reconciliation.job_completed", job())
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.first().pk).update(state="failed", error="No.")
    path = f"{PATH}/{made.pk}/deliveries"
    (failed,) = operator.get(path, {"state": "failed"}).json()["deliveries"]
    assert failed["error"] == "No."
    body = operator.get(path, {"page_size": 2, "page": 2}).json()
    assert (len(body["deliveries"]), body["pagination"]["total_items"]) == (1, 3)
    assert operator.get(path, {"state": "lost"}).status_code == 400
