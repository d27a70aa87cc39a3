"""Webhooks and their deliveries as the API and the console show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from project.api.errors import NotFound
from reconciliation.models import WebhookDelivery, WebhookSubscription
from reconciliation.queries.mismatches import shown_name
from workers.models import Execution
from workers.queries import due_at

DELIVERS = "reconciliation.deliver_webhook"
SEEN_OF_THE_LAST = ("created_at", "state", "response_status", "error")


@dataclass(frozen=True)
class Upcoming:
    """What comes next of a delivery that is pending: an attempt at `due_at`; without one it is `running` or lost."""

    due_at: datetime | None
    running: bool


def webhooks() -> QuerySet[WebhookSubscription]:
    """By age."""
    return WebhookSubscription.objects.select_related("owner").order_by("pk")


def with_last_delivery(found: QuerySet[WebhookSubscription]) -> QuerySet[WebhookSubscription]:
    """Each with `last_delivery`, an object of `SEEN_OF_THE_LAST`; None for one that was told nothing yet."""
    newest = WebhookDelivery.objects.filter(subscription=OuterRef("pk")).order_by("-created_at", "pk")
    seen = JSONObject(**{name: name for name in SEEN_OF_THE_LAST})
    return found.annotate(last_delivery=Subquery(newest.values(seen=seen)[:1]))


def find(webhook_id: int) -> WebhookSubscription:
    """Raises a 404 that names it."""
    found = webhooks().filter(pk=webhook_id).first()
    if found is None:
        raise NotFound(f"There is no webhook {webhook_id}.")
    return found


def deliveries(webhook: WebhookSubscription, state: str | None = None) -> QuerySet[WebhookDelivery]:
    """The newest first."""
    found = WebhookDelivery.objects.filter(subscription=webhook).order_by("-created_at", "pk")
    return found if state is None else found.filter(state=state)


def upcoming(deliveries: Collection[WebhookDelivery]) -> dict[UUID, Upcoming]:
    """Of those that are pending."""
    pending = [one for one in deliveries if one.state == WebhookDelivery.State.PENDING]
    executions = {one.execution_id for one in pending if one.execution_id is not None}
    if not executions:
        return {}
    due = due_at(executions, DELIVERS)
    running = set(
        Execution.objects.filter(pk__in=executions - due.keys(), completed_at=None).values_list("pk", flat=True)
    )
    return {
        one.pk: Upcoming(due.get(one.execution_id), one.execution_id in running)
        for one in pending
        if one.execution_id is not None
    }


def document(webhook: WebhookSubscription) -> dict[str, Any]:
    """A webhook without its secret."""
    return {
        "webhook_id": webhook.pk,
        "url": webhook.url,
        "events": webhook.events,
        "enabled": webhook.enabled,
        "owner": shown_name(webhook.owner),
        "created_at": webhook.created_at,
    }


def delivery_document(delivery: WebhookDelivery) -> dict[str, Any]:
    """A line of the log."""
    return {
        "delivery_id": str(delivery.pk),
        "event": delivery.event,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "response_status": delivery.response_status,
        "error": delivery.error or None,
        "created_at": delivery.created_at,
        "delivered_at": delivery.delivered_at,
        "payload": delivery.payload,
    }
