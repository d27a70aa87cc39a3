"""The last job of every batch that the engine does."""

from typing import Any

from django.db import transaction

from batches.transform import errors
from batches.transform.models import TransformBatch
from batches.transform.services.ending import begin, end
from batches.transform.states import ChunkState, OnError, Status
from project.postgres import sql
from workers.handlers import Claim, handler


@handler("transform.settle", internal=True, max_attempts=100, backoff_seconds=1.0)
def settle(claim: Claim) -> dict[str, Any]:
    """Ends the batch by what its chunks came to."""
    batch = TransformBatch.objects.get(pk=claim.payload["batch"])
    with transaction.atomic():
        sql.routine("workers.hold_lease", claim.fence, claim.job_id)
        error = _error(batch)
        begin(batch.pk)
        end(batch, Status.COMPLETED if error is None else Status.FAILED, error)
    batch.refresh_from_db()
    return {"status": batch.status}


def _error(batch: TransformBatch) -> dict[str, Any] | None:
    """The first bad item where one fails the batch, else what the engine could not do."""
    if batch.on_error == OnError.FAIL:
        bad = batch.chunks.exclude(errors=[]).order_by("number").values_list("errors", flat=True).first()
        if bad:
            return errors.stored(bad[0])
    return errors.UNFORESEEN if batch.chunks.filter(state=ChunkState.PENDING).exists() else None
