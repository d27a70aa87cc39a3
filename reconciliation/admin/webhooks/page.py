"""Everything that moves on a webhook's page: its deliveries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from project.access.roles import ALL_READERS
from project.console import figures
from project.console.people import holds
from reconciliation.admin.card import bounded
from reconciliation.models import WebhookDelivery, WebhookSubscription
from reconciliation.queries import webhooks
from reconciliation.queries.standing import COUNTED
from reconciliation.queries.webhooks import Upcoming, upcoming
from reconciliation.roles import OPERATORS
from workers.models import Execution
from workers.services.operations import name as execution_name

SHOWN = 100
PENDING = WebhookDelivery.State.PENDING


@dataclass(frozen=True)
class Line:
    """A line of the log. `upcoming` says when it is sent next, `execution` what sends it, while the engine keeps it."""

    delivery: WebhookDelivery
    upcoming: SafeString | str
    execution: str


def moving(request: HttpRequest, webhook: WebhookSubscription) -> dict[str, Any]:
    """The newest deliveries, of a state when the address asks for one."""
    state = chosen(request)
    found = webhooks.deliveries(webhook, state)
    deliveries = list(found[:SHOWN])
    total = found.order_by()[: COUNTED + 1].count()
    return {
        "webhook": webhook,
        "lines": _lines(deliveries),
        "total": total,
        "more": bounded(total) if total > SHOWN else "",
        "shown": SHOWN,
        "chosen": state,
        "states": WebhookDelivery.State.values,
        "operates": holds(request, OPERATORS),
        "sees_engine": holds(request, ALL_READERS),
        "live": any(delivery.state == PENDING for delivery in deliveries),
        "now": timezone.now(),
    }


def chosen(request: HttpRequest) -> str | None:
    """The state that the address asks for; None for all of them."""
    state = request.GET.get("state")
    return state if state in WebhookDelivery.State.values else None


def _lines(deliveries: list[WebhookDelivery]) -> list[Line]:
    now, next_of = timezone.now(), upcoming(deliveries)
    wanted = {one.execution_id for one in deliveries if one.execution_id is not None}
    found = Execution.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    kept: dict[int | None, str] = {pk: execution_name(pk) for pk in found}
    return [Line(one, _when(next_of.get(one.pk), now), kept.get(one.execution_id, "")) for one in deliveries]


def _when(upcoming: Upcoming | None, now: datetime) -> SafeString | str:
    if upcoming is None:
        return figures.NOTHING
    if upcoming.due_at is not None:
        return figures.ago(upcoming.due_at) if upcoming.due_at > now else "when a worker is free"
    return "being sent" if upcoming.running else "never: what sends it was cancelled"
