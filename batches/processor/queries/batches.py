"""Batches and how far they are."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from batches.processor import errors
from batches.processor.models import InferenceBatch
from batches.processor.states import OPEN


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


def batch(batch_id: str, owner: User | None = None) -> InferenceBatch:
    """A batch by its public name; `owner` as for `batches`. Raises `NotFound`, also for somebody else's."""
    found = batches(owner).filter(batch_id=batch_id).first()
    if found is None:
        raise errors.unknown_batch(batch_id)
    return found


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
