"""Batches as their callers see them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from batches.transform.models import TransformBatch
from batches.transform.states import ENDED, Status
from project.api.errors import NotFound
from project.postgres import sql


def visible(*, actor: User | None, everything: bool) -> QuerySet[TransformBatch]:
    """The batches of a person, or of everybody."""
    found = TransformBatch.objects.select_related("version__pipeline")
    return found if everything else found.filter(actor=actor)


def find(batch_id: str, *, actor: User | None, everything: bool) -> TransformBatch:
    """Raises a 404, for a batch of somebody else too: its name is nobody's business."""
    batch = visible(actor=actor, everything=everything).filter(batch_id=batch_id).first()
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}.", details={"batch_id": batch_id})
    return batch


def status(batch: TransformBatch) -> dict[str, Any]:
    """Where a batch stands: the contract's members, then ours."""
    counts = _counts(batch)
    return {
        "batch_id": batch.batch_id,
        "status": batch.status,
        "progress": _progress(batch, counts["processed"]),
        "processed": counts["processed"],
        "filtered": counts["filtered"],
        "duration": _duration(batch, timezone.now()),
        "started_at": batch.started_at,
        "completed_at": batch.completed_at,
        "created_at": batch.created_at,
        "total": batch.total,
        "failed": counts["failed"],
        "pipeline": batch.version.pipeline.name,
        "pipeline_version": batch.version.number,
        "on_error": batch.on_error,
        "error": batch.error,
    }


def _counts(batch: TransformBatch) -> dict[str, int]:
    """Of the chunks while the batch goes on, as it ended afterwards."""
    if batch.status in ENDED:
        return {"processed": batch.processed, "filtered": batch.filtered, "failed": batch.failed}
    return counted(batch)


def counted(batch: TransformBatch) -> dict[str, Any]:
    """What the chunks that are done come to."""
    found = sql.row(_COUNTED, [batch.pk])
    assert found is not None
    return found


def _progress(batch: TransformBatch, processed: int) -> int:
    """Percent. Of a batch that goes on never 100: a client may wait for that."""
    if batch.status == Status.COMPLETED:
        return 100
    return min(99, processed * 100 // batch.total) if batch.total else 0


def _duration(batch: TransformBatch, now: datetime) -> float:
    if batch.duration is not None:
        return batch.duration
    return (now - batch.started_at).total_seconds() if batch.started_at else 0.0


_COUNTED = """
SELECT coalesce(sum(c.result_count + c.filtered + jsonb_array_length(c.errors)), 0)::integer AS processed,
  coalesce(sum(c.filtered), 0)::integer AS filtered, coalesce(sum(jsonb_array_length(c.errors)), 0)::integer AS failed,
  coalesce(sum(c.seconds), 0) AS work_seconds, max(c.memory_bytes) AS memory_bytes,
  coalesce((array_agg(c.process ORDER BY c.number DESC))[1], '') AS process
FROM transform_chunk c WHERE c.batch_id = %s AND c.state = 'done'
"""
