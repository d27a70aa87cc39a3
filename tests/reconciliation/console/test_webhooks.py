"""Webhooks in the console: made with a secret that is shown once, tested, changed, and what they were told."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from project.access.models import AuditEntry
from project.access.roles import Role
from reconciliation.admin.webhooks import page as webhook_page
from reconciliation.models import WebhookDelivery, WebhookSubscription
from reconciliation.services import webhooks
from tests.console.engine import text
from tests.reconciliation.console.hooks import URL, WEBHOOKS, delivery, listening, page_of, subscribed
from tests.reconciliation.rows import job
from tests.workers.web import reply
from workers import services as engine
from workers.runtime import drain

READERS = {Role.AUDITOR, Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}
WRITERS = {Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}
NEW = {"url": URL, "events": ["reconciliation.drift_detected"], "enabled": "on"}
MOVES = ("change", "disable", "enable", "delete")


@pytest.fixture
def made(database):
    return subscribed(URL)


@pytest.fixture
def hook(settings):
    """Somebody who takes what is sent."""
    with listening(settings, reply(204)) as served:
        yield served


def only() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def told(client, path: str, **given) -> str:
    """The page that a POST leads to."""
    answer = client.post(path, given, follow=True)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_empty_list_says_what_belongs_there_and_how_one_is_made(visit):
    page = text(visit(Role.RECONCILIATION_OPERATOR), WEBHOOKS)
    assert "No webhooks yet." in page
    assert "Operators make one here." in page
    assert f"{WEBHOOKS}new/" in page


def test_the_page_of_one_that_was_told_nothing_says_when_it_will_be(visit, made):
    quiet = subscribed(URL, enabled=False)
    reader, operator = visit(Role.AUDITOR), visit(Role.BATCH_ADMIN)
    assert "told nothing yet. It is when the next comparison ends.</p>" in text(reader, page_of(made))
    assert "next comparison ends, or at once with a test.</p>" in text(operator, page_of(made))
    assert "told nothing yet.</p>" in text(operator, page_of(quiet))


@pytest.mark.parametrize("role", sorted(Role))
def test_keepers_see_webhooks_and_operators_their_buttons(visit, made, role):
    client = visit(role)
    if role not in READERS:
        for path in (WEBHOOKS, page_of(made), f"{WEBHOOKS}{made.pk}/live/"):
            assert client.get(path).status_code == 403, path
        assert f'href="{WEBHOOKS}"' not in client.get("/admin/").content.decode()
        return
    assert f'href="{WEBHOOKS}"' in text(client, "/admin/")
    assert (f"{WEBHOOKS}new/" in text(client, WEBHOOKS)) is (role in WRITERS)
    assert "was told nothing yet" in text(client, f"{WEBHOOKS}{made.pk}/live/")
    page = text(client, page_of(made))
    for path in ("test/", "change/move/", "disable/move/", "delete/move/"):
        assert (f"{WEBHOOKS}{made.pk}/{path}" in page) is (role in WRITERS), path
    assert f"{WEBHOOKS}{made.pk}/enable/move/" not in page


@pytest.mark.parametrize("role", sorted(set(Role) - WRITERS))
def test_nobody_else_writes(visit, made, role):
    client = visit(role)
    for path in ("new/", f"{made.pk}/test/", *(f"{made.pk}/{verb}/move/" for verb in MOVES)):
        assert client.post(f"{WEBHOOKS}{path}", NEW).status_code == 403, path
    assert WebhookSubscription.objects.get().url == URL
    assert not WebhookDelivery.objects.exists()
    assert not AuditEntry.objects.filter(operation__startswith="webhook").exists()


def test_strangers_are_sent_to_the_login(visit, made):
    assert visit().get(page_of(made)).status_code == 302


def test_a_new_one_shows_its_secret_on_the_page_that_follows_and_nowhere_again(visit):
    client = visit(Role.RECONCILIATION_OPERATOR)
    page = told(client, f"{WEBHOOKS}new/", **NEW)
    webhook = WebhookSubscription.objects.get()
    assert f"Copy the secret now, it is not shown again: <code data-copy>{webhook.secret}</code>" in page
    assert (webhook.url, webhook.events, webhook.enabled) == (URL, NEW["events"], True)
    assert str(webhook.owner) == "reconciliation_operator"
    for path in (page_of(webhook), WEBHOOKS, f"{WEBHOOKS}{webhook.pk}/change/move/"):
        assert webhook.secret not in text(client, path), path


def test_the_audit_trail_has_each_change_without_secrets(visit):
    client = visit(Role.BATCH_ADMIN)
    told(client, f"{WEBHOOKS}new/", **NEW)
    webhook = WebhookSubscription.objects.get()
    for verb in ("disable", "enable", "delete"):
        told(client, f"{WEBHOOKS}{webhook.pk}/{verb}/move/")
    entries = list(AuditEntry.objects.filter(target=str(webhook.pk)).order_by("pk"))
    assert [entry.operation for entry in entries] == [
        "webhook.create", "webhook.change", "webhook.change", "webhook.delete",
    ]  # fmt: skip
    assert {entry.actor_name for entry in entries} == {"batch_admin"}
    assert (entries[1].before["enabled"], entries[1].after["enabled"]) == (True, False)
    kept = str([[entry.before, entry.after, entry.details] for entry in entries])
    assert webhook.secret not in kept
    assert "hidden" not in kept


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"url": ""}, "Give the address that events are sent to."),
        ({"url": "hooks.example.com"}, "Must begin with http:// or https:// and a host."),
        ({"url": "ftp://hooks.example.com/"}, "Must begin with http:// or https:// and a host."),
        ({"url": "https://user:sesame@hooks.example.com/"}, "Credentials belong into a header"),
        ({"url": "https://hooks.example.com/" + "x" * 2000}, "at most 2000 characters"),
        ({"url": "http://127.0.0.1:8000/"}, "127.0.0.1 isn&#x27;t public: HTTP_JOB_HOSTS has to list it."),
        ({"url": "http://10.0.0.1/"}, "10.0.0.1 isn&#x27;t public: HTTP_JOB_HOSTS has to list it."),
        ({"url": "http://169.254.169.254/latest"}, "169.254.169.254 isn&#x27;t public: HTTP_JOB_HOSTS has to list it."),
        ({"url": "http://[::1]/"}, "::1 isn&#x27;t public: HTTP_JOB_HOSTS has to list it."),
        ({"events": ["reconciliation.started"]}, "reconciliation.started is not one of the available choices"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field_with_the_mend(visit, made, given, refusal):
    client = visit(Role.BATCH_ADMIN)
    for path in (f"{WEBHOOKS}new/", f"{WEBHOOKS}{made.pk}/change/move/"):
        page = told(client, path, **{**NEW, **given})
        (wrong,) = re.findall(r'<div class="field wrong">(.*?)\n  </div>', page, re.DOTALL)
        assert refusal in wrong, path
        assert f'name="{next(iter(given))}"' in wrong, path
    assert WebhookSubscription.objects.get().url == URL


def test_a_private_address_that_is_listed_is_taken(visit, hook):
    told(visit(Role.BATCH_ADMIN), f"{WEBHOOKS}new/", url=hook.url)
    webhook = WebhookSubscription.objects.get()
    assert (webhook.url, webhook.events, webhook.enabled) == (hook.url, [], False)


def test_a_change_is_made_in_a_dialog_that_has_what_is(visit, made):
    client = visit(Role.RECONCILIATION_OPERATOR)
    path = f"{WEBHOOKS}{made.pk}/change/move/"
    assert f'value="{URL}"' in text(client, path)
    page = told(client, path, url="http://other.example.com/", events=["reconciliation.job_failed"])
    assert "http://other.example.com/ was changed." in page
    made.refresh_from_db()
    assert (made.url, made.events) == ("http://other.example.com/", ["reconciliation.job_failed"])
    assert (made.secret, made.enabled) == ("whsec_known", True)


def test_a_change_of_nothing_leaves_no_trace(visit, made):
    told(visit(Role.BATCH_ADMIN), f"{WEBHOOKS}{made.pk}/change/move/", url=URL)
    assert not AuditEntry.objects.filter(operation="webhook.change").exists()


def test_one_is_disabled_enabled_and_deleted(visit, made):
    client, path = visit(Role.BATCH_ADMIN), f"{WEBHOOKS}{made.pk}/"
    delivery(made)
    assert "What was not delivered yet fails." in text(client, f"{path}disable/move/")
    page = told(client, f"{path}disable/move/")
    assert "https://hooks.example.com/tutup is disabled." in page
    assert "it is told of nothing" in page
    assert f"{path}enable/move/" in page
    assert f"{path}test/" not in page
    assert "https://hooks.example.com/tutup is enabled." in told(client, f"{path}enable/move/")
    assert "Its log is deleted with it." in text(client, f"{path}delete/move/")
    page = told(client, f"{path}delete/move/")
    assert "https://hooks.example.com/tutup was deleted." in page
    assert "No webhooks yet." in page
    assert client.get(page_of(made)).status_code == 404
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("tail", ["page/", "live/", "change/move/"])
def test_an_unknown_one_is_not_found(visit, tail):
    for unknown in (17, 2**70):
        assert visit(Role.BATCH_ADMIN).get(f"{WEBHOOKS}{unknown}/{tail}").status_code == 404


def test_an_unknown_move_is_not_found_and_a_test_is_no_get(visit, made):
    client = visit(Role.BATCH_ADMIN)
    assert client.get(f"{WEBHOOKS}{made.pk}/rename/move/").status_code == 404
    assert client.get(f"{WEBHOOKS}{made.pk}/test/").status_code == 405


def test_the_test_button_sends_a_test_and_the_log_tells_how_it_goes(visit, hook):
    webhook, client = subscribed(f"{hook.url}/hook"), visit(Role.RECONCILIATION_OPERATOR)
    page = told(client, f"{WEBHOOKS}{webhook.pk}/test/")
    assert "A test is on its way." in page
    for shown in ("reconciliation.test", "pending", "when a worker is free"):
        assert shown in page, shown
    drain()
    (asked,) = hook.asked
    assert json.loads(asked["body"])["data"] == {"webhook_id": webhook.pk}
    moving = text(client, f"{WEBHOOKS}{webhook.pk}/live/")
    assert "delivered" in moving
    assert '<td class="number">204</td>' in moving
    assert "when a worker is free" not in moving


def test_a_disabled_one_is_not_tested_and_says_what_to_do(visit, made):
    WebhookSubscription.objects.update(enabled=False)
    page = told(visit(Role.BATCH_ADMIN), f"{WEBHOOKS}{made.pk}/test/")
    assert f"Webhook {made.pk} is disabled: enable it to test it." in page
    assert not WebhookDelivery.objects.exists()


def test_a_failed_attempt_shows_its_answer_and_when_the_next_one_is(visit, settings):
    with listening(settings, reply(500)) as hook:
        webhook = subscribed(hook.url)
        webhooks.emit("reconciliation.job_completed", job())
        drain(due_seconds=0)
    client = visit(Role.AUDITOR)
    page = text(client, page_of(webhook))
    for shown in ("pending", '<td class="number">500</td>', "It answered 500.", f"exec-{only().execution_id}"):
        assert shown in page, shown
    assert re.search(r">in \d+ s<", page)
    assert "It answered 500." in text(client, WEBHOOKS)


def test_a_delivery_at_a_private_address_fails_with_what_to_mend(visit, database):
    webhook = subscribed("http://localhost:9/")
    webhooks.emit("reconciliation.job_completed", job())
    drain()
    page = text(visit(Role.AUDITOR), page_of(webhook))
    assert "failed" in page
    assert "isn&#x27;t public: HTTP_JOB_HOSTS has to list the address as well." in page


def test_a_delivery_whose_execution_was_cancelled_says_that_nothing_comes(visit, made):
    webhooks.emit("reconciliation.job_completed", job())
    engine.cancel(execution_id=only().execution_id, reason="by hand")
    assert "never: what sends it was cancelled" in text(visit(Role.BATCH_ADMIN), page_of(made))


def test_who_may_not_see_the_engine_gets_no_link_to_it(visit, made):
    webhooks.emit("reconciliation.job_completed", job())
    assert f"exec-{only().execution_id}" not in text(visit(Role.RECONCILIATION_OPERATOR), page_of(made))


def test_a_delivery_whose_execution_is_no_longer_kept_has_no_link_to_it(visit, made):
    delivery(made, error="refused", execution_id=2**40)
    page = text(visit(Role.AUDITOR), page_of(made))
    assert "refused" in page
    assert "exec-" not in page


def test_the_log_is_bounded_and_says_of_how_many(visit, made, monkeypatch):
    monkeypatch.setattr(webhook_page, "SHOWN", 2)
    for number in range(3):
        delivery(made, error=f"refused {number}")
    page = text(visit(Role.AUDITOR), page_of(made))
    assert "The newest 2 of 3 deliveries" in page
    assert "refused 2" in page
    assert "refused 0" not in page


def test_the_log_shows_a_state_alone(visit, made):
    delivery(made, error="refused")
    delivery(made, state="delivered", response_status=202)
    client = visit(Role.AUDITOR)
    failed = text(client, f"{page_of(made)}?state=failed")
    assert "refused" in failed
    assert ">202<" not in failed
    assert f"{WEBHOOKS}{made.pk}/live/?state=failed" in failed
    assert "None is pending." in text(client, f"{page_of(made)}?state=pending")
    assert "refused" in text(client, f"{page_of(made)}?state=lost")


def test_the_list_shows_the_last_delivery_of_each_without_what_a_query_hides(visit, made):
    subscribed("https://quiet.example.com/", events=["reconciliation.job_failed"], enabled=False)
    delivery(made, error="refused long ago")
    delivery(made, state="delivered", response_status=202)
    page = text(visit(Role.AUDITOR), WEBHOOKS)
    for shown in ("https://hooks.example.com/tutup", "delivered", "It answered 202.", "job_failed", "none yet"):
        assert shown in page, shown
    assert "disabled" in page
    assert "refused long ago" not in page
    assert "token=" not in page


def test_a_list_of_many_asks_as_often_as_a_list_of_one(visit, made):
    client = visit(Role.AUDITOR)
    text(client, WEBHOOKS)
    with CaptureQueriesContext(connection) as one:
        text(client, WEBHOOKS)
    for number in range(5):
        delivery(subscribed(f"https://{number}.example.com/"))
    with CaptureQueriesContext(connection) as many:
        text(client, WEBHOOKS)
    assert len(many) == len(one)
