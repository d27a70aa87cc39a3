"""Mismatches as the API lists them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import F, FilteredRelation, Q, QuerySet

from project.api.errors import ErrorCode, NotFound
from reconciliation.models import Mismatch


def mismatches(
    *,
    table: str | None = None,
    mismatch_type: str | None = None,
    resolution_status: str | None = None,
    job_id: UUID | None = None,
    from_date: datetime | None = None,
    to_date: datetime | None = None,
) -> QuerySet[Mismatch]:
    """The newest first. The dates are of the first detection, both inclusive.

    With `job_id` those that this job saw, as it saw them: `seen_by` and `seen_as` are the job and the type it gave.
    """
    found = Mismatch.objects.select_related("resolved_by")
    if table is not None:
        found = found.filter(table_name=table)
    if resolution_status is not None:
        found = found.filter(resolution_status=resolution_status)
    if from_date is not None:
        found = found.filter(detected_at__gte=from_date)
    if to_date is not None:
        found = found.filter(detected_at__lte=to_date)
    if job_id is None:
        return found if mismatch_type is None else found.filter(mismatch_type=mismatch_type)
    sighting = FilteredRelation("sightings", condition=Q(sightings__job=job_id))
    seen = found.alias(sighting=sighting).filter(sighting__isnull=False)
    seen = seen.annotate(seen_by=F("sighting__job_id"), seen_as=F("sighting__mismatch_type"))
    return seen if mismatch_type is None else seen.filter(seen_as=mismatch_type)


def unknown(mismatch_id: UUID) -> NotFound:
    """The 404 that names the id."""
    return NotFound(f"Mismatch with ID '{mismatch_id}' not found", code=ErrorCode.MISMATCH_NOT_FOUND)


def document(mismatch: Mismatch) -> dict[str, Any]:
    """A line of the list: the contract's members, then ours."""
    return {
        "mismatch_id": str(mismatch.pk),
        "job_id": str(getattr(mismatch, "seen_by", mismatch.job_id)),
        "table_name": mismatch.table_name,
        "primary_key_value": mismatch.primary_key_value,
        "mismatch_type": getattr(mismatch, "seen_as", mismatch.mismatch_type),
        "cassandra_checksum": mismatch.source_checksum,
        "postgres_checksum": mismatch.target_checksum,
        "cassandra_data": mismatch.source_data,
        "postgres_data": mismatch.target_data,
        "detected_at": mismatch.detected_at,
        "resolution_status": mismatch.resolution_status,
        "resolution_notes": mismatch.resolution_notes,
        "resolved_at": mismatch.resolved_at,
        "resolved_by": shown_name(mismatch.resolved_by),
        "differing_columns": mismatch.columns,
        "last_seen_at": mismatch.last_seen_at,
        "times_seen": mismatch.times_seen,
        "ignored_until": mismatch.ignored_until,
        "version": mismatch.version,
    }


def resolution(mismatch: Mismatch) -> dict[str, Any]:
    """How it was resolved."""
    return {
        "mismatch_id": str(mismatch.pk),
        "resolution_status": mismatch.resolution_status,
        "resolution_notes": mismatch.resolution_notes,
        "resolved_at": mismatch.resolved_at,
        "resolved_by": shown_name(mismatch.resolved_by),
        "ignored_until": mismatch.ignored_until,
        "version": mismatch.version,
    }


def shown_name(user: User | None) -> str | None:
    """A person as the contract shows one: the address for mail, else the name."""
    return (user.email or user.get_username()) if user else None
