"""How far batches are, for a list of them: one query for all that go on."""

from collections.abc import Collection

from django.db.models import Sum

from batches.transform.models import TransformBatch, TransformChunk
from batches.transform.states import ENDED, ChunkState


def dealt_with(batches: Collection[TransformBatch]) -> dict[int, int]:
    """Items dealt with, by the batch's key."""
    going = [batch.pk for batch in batches if batch.status not in ENDED]
    done = TransformChunk.objects.filter(batch__in=going, state=ChunkState.DONE).order_by()
    sums = dict(done.values_list("batch_id").annotate(items=Sum("size"))) if going else {}
    return {batch.pk: sums.get(batch.pk, 0) if batch.status not in ENDED else batch.processed for batch in batches}
