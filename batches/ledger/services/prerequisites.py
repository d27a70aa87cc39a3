"""What other systems must have finished before a month can close."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from batches.ledger.models import AccountingPeriod, Prerequisite, PrerequisiteStatus
from project.access import audit
from project.api.errors import NotFound

ALL = "ALL"


def complete(*, period: AccountingPeriod, code: str, actor: User | None, note: str = "") -> list[Prerequisite]:
    """Mark one prerequisite of the period complete, or every one with `ALL`; those that are stay as they were."""
    return _set(period, code, PrerequisiteStatus.COMPLETED, actor, note)


def reset(*, period: AccountingPeriod, code: str, actor: User | None, note: str = "") -> list[Prerequisite]:
    """Mark one prerequisite of the period pending again, or every one with `ALL`."""
    return _set(period, code, PrerequisiteStatus.PENDING, actor, note)


def _set(
    period: AccountingPeriod, code: str, status: PrerequisiteStatus, actor: User | None, note: str
) -> list[Prerequisite]:
    with transaction.atomic():
        known = list(Prerequisite.objects.select_for_update().filter(period=period).order_by("code"))
        wanted = [found for found in known if code in {ALL, found.code}]
        if not wanted:
            raise NotFound(
                f"Period {period.code} has no prerequisite {code}. "
                f"It has: {', '.join(found.code for found in known) or 'none'}."
            )
        for prerequisite in wanted:
            if prerequisite.status != status:
                _change(prerequisite, status, actor, note)
    return wanted


def _change(prerequisite: Prerequisite, status: PrerequisiteStatus, actor: User | None, note: str) -> None:
    before = prerequisite.status
    done = status == PrerequisiteStatus.COMPLETED
    prerequisite.status = status
    prerequisite.completed_at = timezone.now() if done else None
    prerequisite.completed_by = actor if done else None
    prerequisite.note = note
    prerequisite.save()
    audit.record(
        operation="prerequisite.complete" if done else "prerequisite.reset",
        target=f"{prerequisite.period.code} {prerequisite.code}",
        before={"status": before},
        after={"status": str(status)},
        details={"note": note} if note else None,
        actor=actor,
    )
