"""Orders to repair many mismatches: given to the engine, looked after, stopped."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from project.access import audit
from project.api.errors import InvalidRequest, NotFound
from reconciliation.services.repair.selection import Selection
from workers import services as engine
from workers.models import Execution

JOB_TYPE = WORKFLOW = "reconciliation.repair"
JOB_KEY = "repair"
BUDGET_SECONDS = 300.0
LONGEST_BUDGET = 86_400.0
MOST_IDS = 1000


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for: how long it may take, whether rows may be deleted, by whom, why."""

    selection: Selection
    budget_seconds: float
    may_delete: bool
    actor: User | None
    reason: str


def submit(order: Order) -> Execution:
    """Hands it to the engine and returns at once. Raises `InvalidRequest` for a selection or a budget that can't be."""
    if not 0 < order.budget_seconds <= LONGEST_BUDGET:
        raise InvalidRequest.field("budget_seconds", f"Give seconds, at most {LONGEST_BUDGET:,.0f}.")
    if len(order.selection.ids) > MOST_IDS:
        raise InvalidRequest.field("ids", f"Give at most {MOST_IDS:,} ids, or filters.")
    if not order.reason.strip():
        raise InvalidRequest.field("reason", "Say why: the reason stays with each repair.")
    payload = {
        "selection": asdict(order.selection),
        "budget_seconds": order.budget_seconds,
        "may_delete": order.may_delete,
        "actor": order.actor.pk if order.actor else None,
        "reason": order.reason,
    }
    spec = engine.JobSpec(key=JOB_KEY, type=JOB_TYPE, name="Repair mismatches", payload=payload)
    execution = engine.submit(workflow=WORKFLOW, jobs=[spec], actor=order.actor)
    audit.record(operation="mismatch.repair_many", target=f"exec-{execution.pk}", details=payload, actor=order.actor)
    return execution


def running() -> list[Execution]:
    """Repairs of many that go on."""
    return list(Execution.objects.filter(workflow=WORKFLOW, completed_at=None).select_related("actor").order_by("pk"))


def stop(*, execution_id: int, actor: User | None, reason: str) -> bool:
    """Stops one after the row at hand; what is repaired stays. False for one that has ended. Raises `NotFound`."""
    if not Execution.objects.filter(pk=execution_id, workflow=WORKFLOW).exists():
        raise NotFound(f"exec-{execution_id} is no repair of mismatches.")
    with transaction.atomic():
        stopped = engine.cancel(execution_id=execution_id, reason=reason)
        if stopped:
            details = {"reason": reason}
            audit.record(operation="mismatch.repair_stop", target=f"exec-{execution_id}", details=details, actor=actor)
    return stopped


def order_of(payload: dict[str, Any]) -> Order:
    """The inverse of what `submit` hands over."""
    given = payload["selection"]
    return Order(
        selection=Selection(ids=tuple(given["ids"]), filters=given["filters"], until=given["until"]),
        budget_seconds=payload["budget_seconds"],
        may_delete=payload["may_delete"],
        actor=User.objects.filter(pk=payload["actor"]).first(),
        reason=payload["reason"],
    )
