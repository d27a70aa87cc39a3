"""How the processor refuses."""

from batches.processor.models import InferenceBatch, InferenceModel
from project.api.errors import Conflict, ErrorCode, InvalidRequest, NotFound, NotReady, TooManyRequests


def queue_full(limit: int, seconds: int) -> TooManyRequests:
    """429: the queue has no room for the submission; `seconds` until it is likely to have."""
    return TooManyRequests(
        f"The queue is full: it takes {limit:,} items. Try again in {seconds} s.",
        code=ErrorCode.QUEUE_FULL,
        details={"limit": limit, "retry_after": seconds},
        members={"retry_after": seconds},
        headers={"Retry-After": str(seconds)},
    )


def too_many_for_queue(items: int, limit: int) -> InvalidRequest:
    """400: not even an empty queue has room for it."""
    return InvalidRequest.field("data", f"has {items:,} items, and the queue takes {limit:,}. Submit fewer at once.")


def unknown_batch(batch_id: str) -> NotFound:
    """404: no such batch, or somebody else's."""
    return NotFound(f'There is no batch "{batch_id}".', details={"batch_id": batch_id})


def not_cancellable(batch: InferenceBatch) -> Conflict:
    """409: the batch has ended."""
    return Conflict(
        f"Batch {batch.batch_id} is {batch.status} and can't be cancelled.",
        code=ErrorCode.ILLEGAL_TRANSITION,
        details={"batch_id": batch.batch_id, "status": batch.status},
    )


def no_model() -> NotReady:
    """503: nothing is registered that could run the items."""
    return NotReady(
        "No model is registered that takes submissions without metadata.model_id. Register one: "
        "manage.py register_model FILE --name NAME --default.",
        code=ErrorCode.NO_MODEL,
    )


def unknown_model(model_id: str) -> InvalidRequest:
    """400: metadata.model_id names nothing."""
    reason = f'there is no model "{model_id}". Name one as "name" or "name-vVERSION", or leave it out for the default.'
    return InvalidRequest.field("metadata.model_id", reason)


def version_exists(model: InferenceModel, version: str) -> Conflict:
    """409: a version never changes."""
    return Conflict(
        f"{model.name}-v{version} is registered already, and a version never changes. Register another one.",
        details={"model": model.name, "version": version},
    )


def invalid_model(reason: str) -> InvalidRequest:
    """400: the file can't be registered."""
    return InvalidRequest(f"file: {reason}", code=ErrorCode.INVALID_MODEL, details={"fields": {"file": [reason]}})


def not_finished(batch: InferenceBatch) -> Conflict:
    """409: there are no results before the end."""
    return Conflict(
        f"Batch {batch.batch_id} is {batch.status}: its results can be had once it has ended.",
        code=ErrorCode.BATCH_NOT_FINISHED,
        details={"batch_id": batch.batch_id, "status": batch.status, "retry_after": 1},
        headers={"Retry-After": "1"},
    )
