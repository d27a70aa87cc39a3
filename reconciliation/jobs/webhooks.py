"""Delivering webhooks: a signed POST, tried again with a growing pause until somebody answers that it was taken."""

import json
import time
from typing import Any

import httpx
from django.db.models import QuerySet
from django.db.models.functions import Now

from reconciliation.models import WebhookDelivery
from reconciliation.signing import signature
from workers.handlers import Claim, Permanent, handler
from workers.jobs import outbound
from workers.jobs.deadline import within

ATTEMPTS = 10
FIRST_PAUSE = 15.0  # seconds; doubles, so that the last attempt is about two hours after the first
TIMEOUT = 10.0  # seconds for an answer
GONE = 410
State = WebhookDelivery.State


class Refused(Exception):
    """The subscriber did not take it this time."""


@handler("reconciliation.deliver_webhook", max_attempts=ATTEMPTS, backoff_seconds=FIRST_PAUSE, internal=True)
def deliver(claim: Claim) -> dict[str, Any] | None:
    """Sends one delivery. Any 2xx is success; redirects aren't followed, and 410 ends the attempts."""
    delivery = _pending(claim).select_related("subscription").first()
    if delivery is None:
        return None  # its subscription was removed
    delivery.attempts, delivery.response_status, delivery.error = claim.attempt, None, ""
    try:
        _send(delivery, claim)
    except (httpx.HTTPError, OSError, ValueError, Refused, Permanent) as error:  # ValueError: a name that none can have
        delivery.error = _told(error)
        raise
    else:
        delivery.state, delivery.delivered_at = State.DELIVERED, Now()
    finally:
        delivery.save(update_fields=["attempts", "response_status", "error", "state", "delivered_at"])
    return {"status": delivery.response_status}


@handler("reconciliation.settle_webhook", max_attempts=100, internal=True)
def settle(claim: Claim) -> None:
    """What was not delivered by now is failed."""
    _pending(claim).update(state=State.FAILED)


def _pending(claim: Claim) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(pk=claim.payload["delivery"], state=State.PENDING)


def _send(delivery: WebhookDelivery, claim: Claim) -> None:
    """Raises unless the subscriber took it. Of its answer only the status is kept."""
    if not delivery.subscription.enabled:
        raise Permanent("The webhook was disabled before the delivery.")
    request = _request(delivery)
    answer = within(TIMEOUT, outbound.call(request), claim)
    delivery.response_status = answer.status
    if 200 <= answer.status < 300:
        return
    if 300 <= answer.status < 400:
        raise Permanent(f"It answered {answer.status}; redirects aren't followed. Subscribe the address it leads to.")
    if answer.status == GONE:
        raise Permanent("It answered 410: gone for good.")
    raise Refused(f"It answered {answer.status}.")


def _request(delivery: WebhookDelivery) -> outbound.Call:
    # jsonb has its own order of members
    payload = {name: delivery.payload[name] for name in ("event", "timestamp", "data")}
    body, now = json.dumps(payload).encode(), int(time.time())
    headers = {
        "content-type": "application/json",
        "user-agent": "tutup",
        "x-webhook-event": delivery.event,
        "x-webhook-delivery": str(delivery.pk),
        "x-webhook-timestamp": str(now),
        "x-webhook-signature": signature(delivery.subscription.secret, now, body),
    }
    return outbound.Call("POST", delivery.subscription.url, headers, body, TIMEOUT, any_public=True)


def _told(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"No answer within {TIMEOUT:.0f} seconds."
    return str(error) or type(error).__name__
