"""`/reconciliation/webhooks`: who is told of events."""

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from reconciliation.models import WebhookSubscription

PATH = "/api/v1/reconciliation/webhooks"
URL = "https://hooks.example.com/tutup?token=hidden"


@pytest.fixture
def made(operator):
    answer = operator.post(PATH, {"url": URL, "events": ["reconciliation.drift_detected"]})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def path(made, tail=""):
    return f"{PATH}/{made['webhook_id']}{tail}"


def test_the_secret_is_shown_once(operator, made):
    assert made["secret"].startswith("whsec_")
    assert len(made["secret"]) > 40
    shown = operator.get(path(made)).json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert operator.get(PATH).json()["webhooks"] == [shown]
    assert shown["events"] == ["reconciliation.drift_detected"]
    assert (shown["url"], shown["enabled"], shown["owner"]) == (URL, True, "reconciliation_operator")


def test_two_have_secrets_of_their_own(operator, made):
    assert operator.post(PATH, {"url": URL}).json()["secret"] != made["secret"]


def test_no_events_are_all_events(operator):
    assert operator.post(PATH, {"url": URL}).json()["events"] == []


def test_what_is_given_is_changed_and_the_rest_stays(operator, made):
    answer = operator.patch(path(made), {"enabled": False})
    assert answer.status_code == 200
    assert answer.json() == operator.get(path(made)).json()
    assert answer.json()["enabled"] is False
    assert (answer.json()["url"], answer.json()["events"]) == (URL, made["events"])
    moved = operator.patch(path(made), {"url": "http://other.example.com/", "events": []}).json()
    assert (moved["url"], moved["events"], moved["enabled"]) == ("http://other.example.com/", [], False)
    assert WebhookSubscription.objects.get().secret == made["secret"]


def test_nothing_to_change_changes_nothing(operator, made):
    assert operator.patch(path(made), {}).json() == operator.get(path(made)).json()
    assert not AuditEntry.objects.filter(operation="webhook.change").exists()


def test_a_removed_one_is_gone(operator, made):
    assert operator.delete(path(made)).status_code == 200
    assert operator.get(path(made)).status_code == 404
    assert operator.get(PATH).json()["pagination"]["total_items"] == 0


def test_changes_are_audited_without_secrets(operator, made):
    operator.patch(path(made), {"enabled": False})
    operator.delete(path(made))
    entries = list(AuditEntry.objects.filter(target=str(made["webhook_id"])).order_by("pk"))
    assert [entry.operation for entry in entries] == ["webhook.create", "webhook.change", "webhook.delete"]
    assert (entries[1].before["enabled"], entries[1].after["enabled"]) == (True, False)
    told = str([[entry.before, entry.after, entry.details] for entry in entries])
    assert "whsec" not in told
    assert "hidden" not in told


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": "hooks.example.com"}, "url"),
        ({"url": "ftp://hooks.example.com/"}, "url"),
        ({"url": "https://user:secret@hooks.example.com/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://hooks.example.com/" + "x" * 2000}, "url"),
        ({"url": "http://127.0.0.1:8000/"}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"url": "http://[64:ff9b::7f00:1]/"}, "url"),
        ({"url": URL, "events": ["reconciliation.started"]}, "events.0"),
        ({"url": URL, "events": "reconciliation.job_failed"}, "events"),
        ({"url": URL, "secret": "mine"}, "secret"),
        ({"url": URL, "enabled": "perhaps"}, "enabled"),
    ],
)
def test_what_can_not_be_is_a_400_that_names_the_field(operator, body, named):
    answer = operator.post(PATH, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_REQUEST")
    assert list(answer.json()["details"]["fields"]) == [named]
    assert "secret@" not in str(answer.json())


def test_a_change_to_a_private_address_is_refused_too(operator, made):
    answer = operator.patch(path(made), {"url": "http://192.168.1.1/"})
    assert answer.status_code == 400
    assert "HTTP_JOB_HOSTS" in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("get", "", None),
        ("patch", "", {"enabled": False}),
        ("delete", "", None),
        ("post", "/test", {}),
        ("get", "/deliveries", None),
    ],
)
def test_an_unknown_one_is_a_404_that_names_it(operator, method, tail, body):
    for unknown in ("17", str(2**70)):
        answer = getattr(operator, method)(f"{PATH}/{unknown}{tail}", body)
        assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")
        assert unknown in answer.json()["message"]


def test_operators_keep_the_list_and_auditors_read_it(client_for, made):
    may = {Role.RECONCILIATION_OPERATOR, Role.BATCH_ADMIN}
    readers = may | {Role.AUDITOR}
    for role in Role:
        client = client_for(role)
        for read in (PATH, path(made), path(made, "/deliveries")):
            assert client.get(read).status_code == (200 if role in readers else 403), (role, read)
        assert client.post(PATH, {"url": URL}).status_code == (201 if role in may else 403), role
        assert client.patch(path(made), {"enabled": True}).status_code == (200 if role in may else 403), role
        assert client.post(path(made, "/test"), {}).status_code == (202 if role in may else 403), role
        gone = client.delete(f"{PATH}/999999").status_code
        assert gone == (404 if role in may else 403), role


def test_nobody_passes_without_a_key(client_for, made):
    client = client_for(None)
    assert {client.get(one).status_code for one in (PATH, path(made), path(made, "/deliveries"))} == {401}
    assert client.post(PATH, {"url": URL}).status_code == 401


def test_other_methods_are_405(operator, made):
    assert operator.put(PATH, {}).status_code == 405
    assert operator.get(path(made, "/test")).status_code == 405
    assert operator.post(path(made, "/deliveries"), {}).status_code == 405
