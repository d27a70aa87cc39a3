"""Webhooks and their deliveries as tests of the console want them. Imports wait until Django is set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciliation.models import WebhookDelivery, WebhookSubscription
from tests.workers.web import Reply, Web, web
from workers.hosts import allowed_hosts

WEBHOOKS = "/admin/reconciliation/webhooksubscription/"
URL = "https://hooks.example.com/tutup?token=hidden"


def subscribed(url: str, **values: Any) -> WebhookSubscription:
    defaults = {"events": [], "secret": "whsec_known"}
    return WebhookSubscription.objects.create(url=url, **{**defaults, **values})


def delivery(webhook: WebhookSubscription, **values: Any) -> WebhookDelivery:
    defaults = {"event": "reconciliation.job_failed", "payload": {}, "state": "failed"}
    return WebhookDelivery.objects.create(subscription=webhook, **{**defaults, **values})


def page_of(webhook: WebhookSubscription) -> str:
    return f"{WEBHOOKS}{webhook.pk}/page/"


@contextmanager
def listening(settings: Any, answer: Reply) -> Iterator[Web]:
    """A web server of this machine that webhooks may call."""
    with web(answer) as served:
        settings.HTTP_JOB_HOSTS = allowed_hosts([f"127.0.0.1:{served.port}"])
        yield served
