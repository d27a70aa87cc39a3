"""How a batch ends: once, with what it came to."""

from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from batches.transform.models import TransformBatch, TransformChunk
from batches.transform.queries.batches import counted
from batches.transform.states import ENDED, Status


def end(batch: TransformBatch, status: Status, error: dict[str, Any] | None = None) -> bool:
    """Ends a batch that the engine has; needs a transaction. False for one that has ended.

    Only a completed batch has results: what the chunks of any other one gave is let go of, and the items of each.
    """
    locked = TransformBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if locked.status in ENDED:
        return False
    counts = counted(locked)
    chunks = TransformChunk.objects.filter(batch=locked)
    if status == Status.COMPLETED:
        chunks.update(items=b"")
    else:
        chunks.update(items=b"", results=None)
    for name, value in counts.items():
        setattr(locked, name, value)
    locked.status, locked.error = status, error
    locked.completed_at = timezone.now()
    locked.duration = (locked.completed_at - locked.started_at).total_seconds() if locked.started_at else 0.0
    locked.save(update_fields=[*counts, "status", "error", "completed_at", "duration"])
    return True


def begin(batch_id: int) -> None:
    """A chunk of a batch is about to be worked on."""
    waiting = TransformBatch.objects.filter(pk=batch_id, status=Status.QUEUED)
    waiting.update(status=Status.PROCESSING, started_at=Now())
