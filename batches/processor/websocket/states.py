"""How batches stand, as those who follow them are told."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson

from batches.processor.models import InferenceBatch
from batches.processor.queries import progress
from batches.processor.states import FINAL

Mark = tuple[str, int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A batch at one moment. Of states with the same `mark` one is enough."""

    batch_id: str
    owner_id: int | None
    mark: Mark
    final: bool
    text: str  # the message


def read(batch_ids: Collection[str]) -> dict[str, State]:
    """Those that exist, by name."""
    found = InferenceBatch.objects.filter(batch_id__in=batch_ids).defer("metadata", "part_sizes")
    return {batch.batch_id: _state(batch) for batch in found}


def _state(batch: InferenceBatch) -> State:
    return State(
        batch_id=batch.batch_id,
        owner_id=batch.owner_id,
        mark=(batch.status, batch.completed, batch.failed, batch.cancelled),
        final=batch.status in FINAL,
        text=orjson.dumps(_document(batch)).decode(),
    )


def _document(batch: InferenceBatch) -> dict[str, Any]:
    """What the contract's client reads, and the counts as in the status of the batch."""
    done = progress(batch)
    document: dict[str, Any] = {
        "batch_id": batch.batch_id,
        "status": batch.status,
        "progress": round(done.done, 4),
        "completed_requests": done.completed,
        "total_requests": done.total,
        "failed_requests": done.failed,
        "cancelled_requests": done.cancelled,
        "processing_time_ms": done.processing_time_ms,
    }
    if batch.ended_at is not None:
        document["total_time_ms"] = round((batch.ended_at - batch.queued_at).total_seconds() * 1000, 3)
    why = batch.error or batch.reason
    return {**document, "error": why} if why else document
