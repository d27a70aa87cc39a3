"""Batches as the API shows them."""

from collections.abc import Sequence
from typing import Any

from batches.processor.models import InferenceBatch
from batches.processor.states import Status

from .batches import progress
from .estimates import Place, place, places


def summary(batch: InferenceBatch) -> dict[str, Any]:
    """Status, progress and times of a batch."""
    return _document(batch, place(batch))


def summaries(batches: Sequence[InferenceBatch]) -> list[dict[str, Any]]:
    """The same of many, in their order."""
    found = places(batches)
    return [_document(batch, found[batch.pk]) for batch in batches]


def _document(batch: InferenceBatch, at: Place) -> dict[str, Any]:
    done = progress(batch)
    document = {
        "batch_id": batch.batch_id,
        "status": batch.status,
        "progress": round(done.done, 4),
        "completed_requests": batch.completed,
        "total_requests": batch.total,
        "estimated_completion_time": at.completion,
        "processing_time_ms": done.processing_time_ms,
        "failed_requests": batch.failed,
        "cancelled_requests": batch.cancelled,
        "queue_position": at.position,
        "priority": batch.priority,
        "timeout_ms": batch.timeout_ms,
        "expires_at": batch.expires_at,
        "model": str(batch.model_version),
        "owner": batch.owner.get_username() if batch.owner else None,
        "metadata": batch.metadata,
        "times": {status.value: getattr(batch, f"{status.value}_at") for status in Status},
    }
    why = batch.error or batch.reason
    return {**document, "error": why} if why else document
