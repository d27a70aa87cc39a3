"""Telling subscribers: a delivery is written and its engine job submitted in the transaction of what it tells of."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from project.api.errors import Conflict
from reconciliation.events import TEST, Event, said
from reconciliation.models import ReconciliationJob, WebhookDelivery, WebhookSubscription
from reconciliation.queries.webhooks import DELIVERS
from workers import services as engine
from workers.services import Dependency, JobSpec

WORKFLOW = "webhook delivery"


def emit(event: str, job: ReconciliationJob) -> None:
    """Tell all who subscribed to an event, which `reconciliation.events` names, about a job that was saved before."""
    wanted = Q(events=[]) | Q(events__contains=[event])
    subscriptions = list(WebhookSubscription.objects.filter(wanted, enabled=True))
    if subscriptions:
        saved = ReconciliationJob.objects.select_related("mapping").get(pk=job.pk)
        data = said(Event(event), saved)
        for subscription in subscriptions:
            _send(subscription, event, data)


def send_test(subscription: WebhookSubscription) -> WebhookDelivery:
    """Tell one subscriber that this is a test. Raises `Conflict` for a subscription that is disabled."""
    if not subscription.enabled:
        raise Conflict(f"Webhook {subscription.pk} is disabled: enable it to test it.")
    return _send(subscription, TEST, {"webhook_id": subscription.pk})


def _send(subscription: WebhookSubscription, event: str, data: dict[str, Any]) -> WebhookDelivery:
    now = timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    with transaction.atomic():
        delivery = WebhookDelivery(
            subscription=subscription, event=event, payload={"event": event, "timestamp": now, "data": data}
        )
        delivery.execution_id = engine.submit(workflow=WORKFLOW, jobs=_jobs(delivery)).pk
        delivery.save(force_insert=True)
    return delivery


def _jobs(delivery: WebhookDelivery) -> list[JobSpec]:
    """`settle` comes last whatever happened, also when the worker of the last attempt was lost."""
    payload = {"delivery": str(delivery.pk)}
    name = f"{delivery.event} to webhook {delivery.subscription_id}"
    return [
        JobSpec(key="deliver", type=DELIVERS, name=name, payload=payload),
        JobSpec(
            key="settle",
            type="reconciliation.settle_webhook",
            name=f"{name}: settle",
            payload=payload,
            depends_on=(Dependency("deliver", on_failure="ignore"),),
        ),
    ]
