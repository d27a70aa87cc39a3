"""A webhook in words."""

from reconciliation.events import Event
from reconciliation.models import WebhookSubscription
from workers.jobs import outbound

EVENTS = {
    Event.JOB_COMPLETED: "a comparison completed",
    Event.DRIFT_DETECTED: "a drift above its threshold",
    Event.JOB_FAILED: "a comparison failed",
}
PREFIX = "reconciliation."


def name(webhook: WebhookSubscription) -> str:
    """Its address, without what a query may hide."""
    return outbound.shown(webhook.url)


def state(webhook: WebhookSubscription) -> str:
    """enabled or disabled."""
    return "enabled" if webhook.enabled else "disabled"


def events(webhook: WebhookSubscription) -> list[str]:
    """What it is told of, without the prefix that all of them have."""
    return [event.removeprefix(PREFIX) for event in webhook.events] or ["all"]


def answer(status: int | None, error: str) -> str:
    """What came of the last attempt; empty before the first."""
    return error or (f"It answered {status}." if status else "")
