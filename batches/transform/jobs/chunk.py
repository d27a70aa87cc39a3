"""Transforming one chunk."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from psycopg.types.json import Jsonb

from batches.transform import process
from batches.transform.encoding import dumped, loaded
from batches.transform.models import TransformChunk
from batches.transform.pipeline import Outcome, compiled
from batches.transform.services import running
from batches.transform.services.ending import begin
from batches.transform.services.running import Broken
from batches.transform.states import ChunkState, OnError, Status
from project.postgres import sql
from workers.handlers import Claim, Permanent, handler


@handler("transform.chunk", internal=True, max_attempts=5, backoff_seconds=1.0, prefetch=4)
def chunk(claim: Claim) -> dict[str, Any]:
    """Keeps the results with the claim's fence, so that each chunk is counted once however many workers tried it."""
    found, needless = _chunk(claim)
    if found.state != ChunkState.PENDING or needless:
        return {}
    if found.batch.status == Status.QUEUED:
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


def _chunk(claim: Claim) -> tuple[TransformChunk, bool]:
    """With the batch and its version; and whether it is needless: a bad item fails the batch, and the first
    one is told, so what comes after it needs no work, and what comes before does."""
    before = TransformChunk.objects.filter(batch=OuterRef("batch"), number__lt=OuterRef("number"))
    needless = Q(batch__on_error=OnError.FAIL) & Exists(before.filter(state=ChunkState.DONE).exclude(errors=[]))
    chunks = TransformChunk.objects.select_related("batch__version").annotate(needless=needless)
    found = chunks.get(batch=claim.payload["batch"], number=claim.payload["chunk"])
    return found, found.needless
