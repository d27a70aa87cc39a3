"""Webhooks and their deliveries as the API shows them."""

from typing import Any

from django.db.models import QuerySet

from project.api.errors import NotFound
from reconciliation.models import WebhookDelivery, WebhookSubscription
from reconciliation.queries.mismatches import shown_name


def webhooks() -> QuerySet[WebhookSubscription]:
    """By age."""
    return WebhookSubscription.objects.select_related("owner").order_by("pk")


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
