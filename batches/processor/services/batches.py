"""The life of a submission as its owner steers it."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from batches.processor import errors, queries, submission
from batches.processor.models import InferenceBatch
from batches.processor.services import timeouts
from batches.processor.states import Priority, Status
from batches.processor.submission import Item
from project.access import audit
from project.api.errors import ErrorCode, TooManyRequests
from project.postgres import sql
from workers.services import encoding

EXPIRED_FOR_ROOM = 50  # batches at most, when a submission finds the queue full


def submit(
    *,
    items: Sequence[Item],
    priority: str,
    timeout_ms: int,
    batch_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    owner: User | None = None,
) -> InferenceBatch:
    """Takes items for the model that metadata.model_id names, else for the default one.

    Raises `TooManyRequests` with Retry-After when the queue has no room, `Conflict` for a batch_id that exists,
    `InvalidRequest` for an unknown model or an item that is too large, `NotReady` without a model.
    """
    version_id = queries.version_for(metadata or {})
    cut = submission.parts(items)
    limit = settings.MAX_QUEUE_SIZE
    if len(items) > limit:
        raise errors.too_many_for_queue(len(items), limit)
    encoded = encoding.encode(submission.jobs(cut, version_id=version_id, priority=Priority(priority)))
    params = [
        batch_id or f"batch_{secrets.token_hex(8)}",
        owner.pk if owner else None,
        version_id,
        priority,
        timeout_ms,
        encoding.document("metadata", metadata or {}).decode(),
        [len(part) for _, part in cut],
        encoded.kinds,
        encoded.jobs,
        limit,
    ]
    try:
        return _submitted(params, owner)
    except TooManyRequests as error:
        if error.code != ErrorCode.QUEUE_FULL:
            raise
        refused = error
    if timeouts.expire_due(EXPIRED_FOR_ROOM):  # without a worker nobody else does
        try:
            return _submitted(params, owner)
        except TooManyRequests as error:
            if error.code != ErrorCode.QUEUE_FULL:
                raise
    raise errors.queue_full(limit, queries.seconds_until_room(len(items), limit)) from refused


@transaction.atomic
def _submitted(params: Sequence[Any], owner: User | None) -> InferenceBatch:
    made = sql.row(_SUBMIT, params)
    assert made is not None
    batch = _batch_of(made)
    details = {"items": batch.total, "priority": batch.priority}
    audit.record(operation="processor.submit", target=batch.batch_id, details=details, actor=owner)
    return batch


def cancel(*, batch_id: str, owner: User | None = None, reason: str = "cancelled by its owner") -> InferenceBatch:
    """Cancels what waits; what runs may end and is kept, so the batch is `cancelling` until then.

    A batch that is being cancelled, or was, stays as it is. `owner` as for `queries.batch`. Raises `NotFound`, and
    `Conflict` for a batch that ended otherwise.
    """
    batch = queries.batch(batch_id, owner)
    if batch.status == Status.EXPIRED:
        raise errors.not_cancellable(batch)
    with transaction.atomic():
        began = sql.routine_value("processor.cancel", batch.pk, reason)
        before = batch.status
        batch.refresh_from_db()
        if began:
            audit.record(
                operation="processor.cancel",
                target=batch.batch_id,
                before={"status": before},
                after={"status": batch.status},
                details={"reason": reason},
            )
    if not began and batch.status not in {Status.CANCELLING, Status.CANCELLED}:
        raise errors.not_cancellable(batch)
    return batch


def _batch_of(row: Mapping[str, Any]) -> InferenceBatch:
    names = [field.attname for field in InferenceBatch._meta.concrete_fields]
    return InferenceBatch.from_db(connection.alias, names, [row[name] for name in names])


_SUBMIT = """
SELECT * FROM processor.submit(%s, %s, %s, %s, %s, %s::text::jsonb, %s, %s::text::jsonb, %s::text::jsonb, %s)
"""
