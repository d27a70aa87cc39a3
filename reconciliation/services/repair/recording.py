"""What becomes of a repair, in our own tables: its row, the mismatch, its history, the audit trail."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from project.access import audit
from reconciliation.models import Mismatch, Repair
from reconciliation.services.moving import move
from reconciliation.services.repair.plan import ACTIONS, Plan
from reconciliation.states import MismatchType, Resolution

BEGUN = "It was begun, and nobody told its end: compare the row again."
REPAIRED = "repaired"


def refuse(plan: Plan, reason: str, *, actor: User | None) -> Repair:
    """Keeps that it was asked for and why it wasn't done."""
    with transaction.atomic():
        repair = Repair.objects.create(
            mismatch=plan.mismatch,
            action=plan.action or ACTIONS[MismatchType(plan.mismatch.mismatch_type)],
            outcome=Repair.Outcome.REFUSED,
            before=plan.before(),
            note=reason,
            actor=actor,
        )
        _audit(repair, plan.mismatch, actor)
    return repair


def begin(plan: Plan, *, actor: User | None) -> Repair:
    """Written before the target is: what a crash leaves says that it isn't known how it ended."""
    assert plan.action is not None
    return Repair.objects.create(
        mismatch=plan.mismatch,
        action=plan.action,
        outcome=Repair.Outcome.FAILED,
        before=plan.before(),
        after=plan.after(),
        note=BEGUN,
        actor=actor,
    )


def fail(repair: Repair, reason: str) -> None:
    """The target is as it was."""
    with transaction.atomic():
        repair.after, repair.note = None, reason
        repair.save(update_fields=["after", "note"])
        _audit(repair, repair.mismatch, repair.actor)


def lose(repair: Repair) -> None:
    """It isn't known how it ended, and stays so."""
    _audit(repair, repair.mismatch, repair.actor)


def finish(repair: Repair, plan: Plan, *, actor: User | None, note: str) -> Repair:
    """The target's row is like the source's: the mismatch is settled."""
    with transaction.atomic():
        repair.outcome, repair.note = Repair.Outcome.APPLIED, note
        repair.save(update_fields=["outcome", "note"])
        _settle(plan, actor=actor, note=note)
        _audit(repair, plan.mismatch, actor)
    return repair


def _settle(plan: Plan, *, actor: User | None, note: str) -> None:
    """MANUAL_RESOLVED from whatever it is: the rows are equal, and a person made them so."""
    mismatch = Mismatch.objects.select_for_update().get(pk=plan.mismatch.pk)
    written = ", ".join(plan.written)
    move(
        mismatch,
        Resolution.MANUAL_RESOLVED,
        event="repaired",
        said=f"{plan.action}{f' of {written}' if written else ''}. {note}".strip(),
        actor=actor,
        notes=f"{REPAIRED}: {note}" if note else REPAIRED,
        resolved_by=actor,
    )


def _audit(repair: Repair, mismatch: Mismatch, actor: User | None) -> None:
    details: dict[str, Any] = {
        "table": mismatch.table_name,
        "key": mismatch.primary_key_value,
        "action": repair.action,
        "outcome": repair.outcome,
        "note": repair.note,
    }
    audit.record(
        operation="mismatch.repair",
        target=str(mismatch.pk),
        before=repair.before,
        after=repair.after,
        details=details,
        actor=actor,
    )
