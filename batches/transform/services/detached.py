"""Batches that the engine does."""

from collections.abc import Iterator

from django.db import transaction

from batches.transform.encoding import dumped
from batches.transform.models import TransformBatch, TransformChunk
from batches.transform.services.opening import Opened, ensure_slots, open_batch
from batches.transform.states import Status
from batches.transform.submission import Submission
from workers import services as engine
from workers.services import Dependency, JobSpec

WORKFLOW = "transform"
SETTLE = "settle"


def detach(given: Submission) -> Opened:
    """Stores the items and has the engine do them. Raises as `open_batch`."""
    ensure_slots(given.owner)
    with transaction.atomic():
        opened = open_batch(given, Status.QUEUED)
        if opened.made:
            count = _store(opened.batch, given)
            execution = engine.submit(workflow=WORKFLOW, jobs=_jobs(opened.batch, count), actor=given.actor)
            opened.batch.execution_id = execution.pk
            opened.batch.save(update_fields=["execution_id"])
    return opened


def _store(batch: TransformBatch, given: Submission) -> int:
    """At least one chunk, so that a batch without items ends as others do."""
    starts = range(0, max(len(given.items), 1), given.batch_size)
    chunks = [given.items[start : start + given.batch_size] for start in starts]
    TransformChunk.objects.bulk_create(
        TransformChunk(batch=batch, number=number, first_row=start, size=len(items), items=dumped(items))
        for number, (start, items) in enumerate(zip(starts, chunks, strict=True))
    )
    return len(chunks)


def _jobs(batch: TransformBatch, count: int) -> list[JobSpec]:
    return [*_chunks(batch, count), _job(batch, SETTLE, "transform.settle", after=_before_the_end(batch, count))]


def _chunks(batch: TransformBatch, count: int) -> Iterator[JobSpec]:
    """One after another unless they may be worked on at the same time."""
    for number in range(count):
        after = [] if batch.parallel or number == 0 else [key_of(number - 1)]
        yield _job(batch, key_of(number), "transform.chunk", after=after, chunk=number)


def _before_the_end(batch: TransformBatch, count: int) -> list[str]:
    return [key_of(number) for number in range(count)] if batch.parallel else [key_of(count - 1)]


def key_of(number: int) -> str:
    """The engine's job of a chunk."""
    return f"chunk-{number}"


def _job(batch: TransformBatch, key: str, kind: str, *, after: list[str], **payload: int) -> JobSpec:
    # a chunk that failed for good is told by the last job: none is cancelled for it
    return JobSpec(
        key=key,
        type=kind,
        name=f"{batch.batch_id}: {key}",
        payload={"batch": batch.pk, **payload},
        depends_on=tuple(Dependency(one, on_failure="ignore") for one in after),
    )
