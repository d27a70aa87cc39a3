"""Batches and how far they are."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from batches.processor import errors
from batches.processor.models import InferenceBatch
from batches.processor.states import OPEN, Status

GRACE = timedelta(seconds=1)  # any live worker ends what is over sooner, with what was recorded in time


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Items by how they ended, and the time since the first began."""

    done: float  # 0 to 1, of all items, however they ended
    completed: int
    failed: int
    cancelled: int
    total: int
    processing_time_ms: float


def batches(owner: User | None = None) -> QuerySet[InferenceBatch]:
    """The batches of a user, or everyone's for None; the newest first."""
    found = InferenceBatch.objects.select_related("model_version__model", "owner").defer("model_version__file")
    return found if owner is None else found.filter(owner=owner)


def active(owner: User | None = None) -> QuerySet[InferenceBatch]:
    """Those that have not ended."""
    return batches(owner).filter(status__in=OPEN)


def batch(batch_id: str, owner: User | None = None, *, alone: bool = False) -> InferenceBatch:
    """A batch by its public name; `owner` as for `batches`. Raises `NotFound`, also for somebody else's.

    `alone`: without its model and owner, which take Django longer than all the rest.

    One whose time is over is told as expired, though no worker was there to write it down: nothing is recorded of it
    any more.
    """
    among = batches(owner).select_related(None).defer(None) if alone else batches(owner)
    found = among.filter(batch_id=batch_id).annotate(over_for=Now() - F("expires_at")).first()
    if found is None:
        raise errors.unknown_batch(batch_id)
    if found.status in OPEN and found.over_for > GRACE:
        _expire(found)
    return found


def _expire(batch: InferenceBatch) -> None:
    """As processor.expire writes it, in this object alone."""
    batch.status = Status.EXPIRED
    batch.expired_at = batch.expires_at
    batch.cancelled = batch.total - batch.completed - batch.failed
    batch.error = f"timed out after {batch.timeout_ms} ms"


def progress(batch: InferenceBatch) -> Progress:
    """How far it is, by the row as it was read."""
    began, ended = batch.processing_at, batch.ended_at
    seconds = ((ended or timezone.now()) - began).total_seconds() if began else 0.0
    return Progress(
        done=(batch.completed + batch.failed + batch.cancelled) / batch.total,
        completed=batch.completed,
        failed=batch.failed,
        cancelled=batch.cancelled,
        total=batch.total,
        processing_time_ms=round(max(seconds, 0.0) * 1000, 3),
    )
