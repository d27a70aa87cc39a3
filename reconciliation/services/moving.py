"""How a mismatch gets from one state to another: its fields, its version and its history together."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from reconciliation.models import Mismatch, MismatchEvent
from reconciliation.states import Resolution


def move(
    mismatch: Mismatch,
    status: Resolution,
    *,
    event: str,
    said: str,
    actor: User | None,
    notes: str | None = None,
    resolved_by: User | None = None,
    ignored_until: datetime | None = None,
) -> None:
    """Needs the caller's transaction and the row locked, and that the move is legal. `said` stays with the event."""
    mismatch.resolution_status = status
    mismatch.resolution_notes = notes
    mismatch.resolved_at = None if status == Resolution.PENDING else timezone.now()
    mismatch.resolved_by = resolved_by
    mismatch.ignored_until = ignored_until
    mismatch.version += 1
    mismatch.save()
    tell(mismatch, event, said, actor)


def tell(mismatch: Mismatch, event: str, said: str, actor: User | None) -> None:
    """Adds to its history."""
    MismatchEvent.objects.create(mismatch=mismatch, name=event, note=said, actor=actor)


def resolution(mismatch: Mismatch) -> dict[str, Any]:
    """As the audit trail has it."""
    names = ("resolution_status", "resolution_notes", "ignored_until", "version")
    return {name: getattr(mismatch, name) for name in names}
