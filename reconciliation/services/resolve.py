"""What a person decides about a mismatch."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from project.access import audit
from project.api.errors import Conflict, ErrorCode, InvalidRequest
from reconciliation.models import Mismatch
from reconciliation.queries.mismatches import unknown
from reconciliation.services.moving import move, resolution
from reconciliation.states import BY_PEOPLE, LEGAL, Resolution

EVENTS = {Resolution.MANUAL_RESOLVED: "resolved", Resolution.IGNORED: "ignored"}


def resolve(
    *,
    mismatch_id: UUID,
    status: str,
    notes: str | None,
    actor: User | None,
    ignored_until: datetime | None = None,
    version: int | None = None,
) -> Mismatch:
    """Moves a mismatch to MANUAL_RESOLVED or IGNORED. Of two at once the row's lock lets one be first.

    `version` is what the caller saw; `ignored_until` None is for good. Raises `NotFound`, `InvalidRequest` for a move
    that isn't legal and for an end of ignoring that makes no sense, `Conflict` when the mismatch has changed since.
    """
    with transaction.atomic():
        mismatch = Mismatch.objects.select_for_update().filter(pk=mismatch_id).first()
        if mismatch is None:
            raise unknown(mismatch_id)
        _refuse_stale(mismatch, version)
        _refuse_illegal(mismatch, status)
        _refuse_odd_end(status, ignored_until)
        before = resolution(mismatch)
        moved = Resolution(status)
        move(
            mismatch,
            moved,
            event=EVENTS[moved],
            said=notes or "",
            actor=actor,
            notes=notes,
            resolved_by=actor,
            ignored_until=ignored_until,
        )
        audit.record(
            operation="mismatch.resolve",
            target=str(mismatch.pk),
            before=before,
            after=resolution(mismatch),
            details={"table": mismatch.table_name, "key": mismatch.primary_key_value},
            actor=actor,
        )
    return mismatch


def _refuse_stale(mismatch: Mismatch, version: int | None) -> None:
    if version is not None and version != mismatch.version:
        raise Conflict(
            f"The mismatch has changed since: it is {mismatch.resolution_status}, version {mismatch.version}. "
            "Read it again.",
            code=ErrorCode.MISMATCH_CHANGED,
            details={"version": mismatch.version, "resolution_status": mismatch.resolution_status},
        )


def _refuse_illegal(mismatch: Mismatch, status: str) -> None:
    possible = sorted(LEGAL[mismatch.resolution_status] & BY_PEOPLE)
    if status not in possible:
        raise InvalidRequest(
            f"Cannot change resolution_status from '{mismatch.resolution_status}' to '{status}'",
            code=ErrorCode.INVALID_STATUS_TRANSITION,
            details={"resolution_status": mismatch.resolution_status, "possible": possible},
        )


def _refuse_odd_end(status: str, until: datetime | None) -> None:
    if until is None:
        return
    if status != Resolution.IGNORED:
        raise InvalidRequest.field("ignored_until", "Goes with IGNORED only.")
    if until <= timezone.now():
        raise InvalidRequest.field("ignored_until", "Has passed. Give a moment to come, or none to ignore for good.")
