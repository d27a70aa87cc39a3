"""Who is told of events: webhooks, each with the secret that signs what it gets. Every change is in the audit trail."""

import secrets
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from project.access import audit
from project.api.errors import InvalidRequest
from reconciliation.models import WebhookSubscription
from workers.handlers import Permanent
from workers.jobs import addresses, outbound

SECRET_BYTES = 32
LONGEST_URL = 2000


def subscribe(*, url: str, events: Sequence[str], enabled: bool, actor: User | None) -> WebhookSubscription:
    """Make a webhook. Its `secret` is to be shown this once. Raises `InvalidRequest` for a URL that can't be called."""
    check_url(url)
    with transaction.atomic():
        made = WebhookSubscription.objects.create(
            url=url,
            events=list(dict.fromkeys(events)),
            enabled=enabled,
            secret=f"whsec_{secrets.token_urlsafe(SECRET_BYTES)}",
            owner=actor,
        )
        audit.record(operation="webhook.create", target=str(made.pk), after=_seen(made), actor=actor)
    return made


def change(*, webhook: WebhookSubscription, actor: User | None, **values: Any) -> WebhookSubscription:
    """Set what is given of `url`, `events`, `enabled`. The secret stays. Raises `InvalidRequest` as `subscribe`."""
    if "url" in values:
        check_url(values["url"])
    with transaction.atomic():
        webhook = WebhookSubscription.objects.select_for_update().get(pk=webhook.pk)
        before = _seen(webhook)
        for name, value in values.items():
            setattr(webhook, name, value)
        webhook.save(update_fields=list(values))
        after = _seen(webhook)
        if values:
            audit.record(operation="webhook.change", target=str(webhook.pk), before=before, after=after, actor=actor)
    return webhook


def unsubscribe(*, webhook: WebhookSubscription, actor: User | None) -> None:
    """Remove a webhook with its deliveries; what has not been sent yet never is."""
    with transaction.atomic():
        audit.record(operation="webhook.delete", target=str(webhook.pk), before=_seen(webhook), actor=actor)
        webhook.delete()


def check_url(text: str) -> None:
    """Raises `InvalidRequest` for an address that can't be called, as far as can be told without a look-up. The rest
    shows at the delivery, as names may change their addresses."""
    try:
        url = outbound.parsed(text)
    except Permanent as error:
        raise InvalidRequest.field("url", str(error).removeprefix("config.url: ").capitalize()) from error
    try:
        literal = str(ip_address(url.host))
    except ValueError:
        return
    if not addresses.may_be_called(literal, outbound.port(url)):
        raise InvalidRequest.field("url", f"{literal} isn't public: HTTP_JOB_HOSTS has to list it.")


def _seen(webhook: WebhookSubscription) -> dict[str, Any]:
    """Without the secret, and without what an address may hide in its query."""
    return {"url": outbound.shown(webhook.url), "events": webhook.events, "enabled": webhook.enabled}
