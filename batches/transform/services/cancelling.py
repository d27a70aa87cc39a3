"""Stopping a batch."""

from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction

from batches.transform.models import TransformBatch
from batches.transform.services.ending import end
from batches.transform.states import ENDED, Status
from project.access import audit
from project.api.errors import Conflict, NotFound
from workers import services as engine


def cancel(*, batch: TransformBatch, actor: User | None = None) -> None:
    """Cancels a batch; nothing of it is kept. Chunks that are being worked on are waited for, and count for nothing.

    Raises `Conflict` for a batch that has ended, also at the same moment.
    """
    if batch.status in ENDED:
        raise _too_late(batch)
    with transaction.atomic():
        # the claims of its chunks first: in the order in which a chunk that ends takes its locks
        if batch.execution_id is not None:
            with suppress(NotFound):
                engine.cancel(execution_id=batch.execution_id, reason=f"{batch.batch_id} was cancelled.")
        if not end(batch, Status.CANCELLED):
            raise _too_late(TransformBatch.objects.get(pk=batch.pk))
        audit.record(operation="transform.cancel", target=batch.batch_id, before={"status": batch.status}, actor=actor)


def _too_late(batch: TransformBatch) -> Conflict:
    return Conflict(
        f"Batch {batch.batch_id} is {batch.status} already: there is nothing left to cancel.",
        details={"batch_id": batch.batch_id, "status": batch.status},
    )
