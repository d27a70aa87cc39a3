"""Transforming one chunk."""

from typing import Any

from psycopg.types.json import Jsonb

from batches.transform import process
from batches.transform.encoding import dumped, loaded
from batches.transform.models import TransformChunk
from batches.transform.pipeline import Outcome, compiled
from batches.transform.services import running
from batches.transform.services.ending import begin
from batches.transform.services.running import Broken
from batches.transform.states import ChunkState, OnError
from project.postgres import sql
from workers.handlers import Claim, Permanent, handler


@handler("transform.chunk", internal=True, max_attempts=5, backoff_seconds=1.0, prefetch=4)
def chunk(claim: Claim) -> dict[str, Any]:
    """Keeps the results with the claim's fence, so that each chunk is counted once however many workers tried it."""
    found = _chunk(claim)
    if found.state != ChunkState.PENDING or _is_needless(found):
        return {}
    begin(found.batch_id)
    outcome, seconds = _run(found)
    bad = [error.document() for error in outcome.errors]
    sql.execute_apart(
        "SELECT transform.finish_chunk(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            found.batch_id,
            found.number,
            dumped(outcome.results),
            len(outcome.results),
            outcome.filtered,
            Jsonb(bad),
            seconds,
            process.name(),
            process.memory_bytes(),
            claim.fence,
            claim.job_id,
        ],
    )
    return {"results": len(outcome.results), "filtered": outcome.filtered, "errors": len(bad)}


def _run(found: TransformChunk) -> tuple[Outcome, float]:
    """Raises `Permanent` for a pipeline that breaks: it would break each time."""
    ready, items = compiled(found.batch.version), loaded(bytes(found.items))
    try:
        done = running.run(ready, items, first_row=found.first_row, on_error=found.batch.on_error)
    except Broken as error:
        raise Permanent(str(error)) from None
    return done.outcome, done.work_seconds


def _chunk(claim: Claim) -> TransformChunk:
    chunks = TransformChunk.objects.select_related("batch__version")
    return chunks.get(batch=claim.payload["batch"], number=claim.payload["chunk"])


def _is_needless(found: TransformChunk) -> bool:
    """A bad item fails the batch, and the first one is told: what comes after it needs no work, what comes before
    does."""
    if found.batch.on_error != OnError.FAIL:
        return False
    before = TransformChunk.objects.filter(batch=found.batch_id, number__lt=found.number, state=ChunkState.DONE)
    return before.exclude(errors=[]).exists()
