"""One decision about many mismatches: block by block, with one event and one line of the audit trail each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from project.access import audit
from reconciliation.models import Mismatch, MismatchEvent
from reconciliation.services.moving import resolution
from reconciliation.services.resolve import EVENTS
from reconciliation.states import BY_PEOPLE, LEGAL, Resolution

BLOCK = 1000
MOST = 10_000
"""Mismatches that one call settles; it is called again for more."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is decided, by whom, and why."""

    status: Resolution
    notes: str
    actor: User | None
    ignored_until: datetime | None = None


def movable(status: str) -> list[str]:
    """The states from which a person may move a mismatch there."""
    return [state for state, legal in LEGAL.items() if status in legal & BY_PEOPLE]


def resolve_many(*, rows: QuerySet[Mismatch], decision: Decision) -> int:
    """Settles the first `MOST` of these mismatches that may be moved so; gives how many that were.

    Each block is a transaction of its own. One that somebody else moves at the same time is left to them.
    """
    legal = rows.filter(resolution_status__in=movable(decision.status))
    chosen = list(legal.values_list("pk", flat=True)[:MOST])
    return sum(_block(chosen[first : first + BLOCK], decision) for first in range(0, len(chosen), BLOCK))


@transaction.atomic
def _block(ids: Sequence[UUID], decision: Decision) -> int:
    rows = Mismatch.objects.filter(pk__in=ids, resolution_status__in=movable(decision.status))
    # in the order of their ids: two at once can't wait for each other
    found = list(rows.order_by("pk").select_for_update(no_key=True))
    Mismatch.objects.filter(pk__in=[one.pk for one in found]).update(
        resolution_status=decision.status,
        resolution_notes=decision.notes,
        resolved_at=timezone.now(),
        resolved_by=decision.actor,
        ignored_until=decision.ignored_until,
        version=F("version") + 1,
    )
    MismatchEvent.objects.bulk_create(
        MismatchEvent(mismatch=one, name=EVENTS[decision.status], note=decision.notes, actor=decision.actor)
        for one in found
    )
    audit.record_many(
        operation="mismatch.resolve", changes=[_change(one, decision) for one in found], actor=decision.actor
    )
    return len(found)


def _change(mismatch: Mismatch, decision: Decision) -> audit.Change:
    before = resolution(mismatch)
    after = {
        "resolution_status": decision.status,
        "resolution_notes": decision.notes,
        "ignored_until": decision.ignored_until,
        "version": mismatch.version + 1,
    }
    details = {"table": mismatch.table_name, "key": mismatch.primary_key_value}
    return audit.Change(target=str(mismatch.pk), before=before, after=after, details=details)
