"""Batches that the engine does."""

from collections.abc import Iterator

from batches.transform.encoding import dumped
from batches.transform.models import TransformBatch
from batches.transform.services.opening import Opened, open_in_place
from batches.transform.states import Status
from batches.transform.submission import Submission
from project.postgres import sql
from workers import services as engine
from workers.services import Dependency, JobSpec

WORKFLOW = "transform"
SETTLE = "settle"


def detach(given: Submission) -> Opened:
    """Stores the items and has the engine do them. Raises as `open_in_place`."""

    def work(batch: TransformBatch) -> None:
        count = _store(batch, given)
        execution = engine.submit(workflow=WORKFLOW, jobs=_jobs(batch, count), actor=given.actor)
        batch.execution_id = execution.pk
        batch.save(update_fields=["execution_id"])

    opened = open_in_place(given, Status.QUEUED, work)
    opened.batch.refresh_from_db(fields=["created_at", "started_at", "completed_at"])
    return opened


def _store(batch: TransformBatch, given: Submission) -> int:
    """At least one chunk, so that a batch without items ends as others do."""
    starts = range(0, max(len(given.items), 1), given.batch_size)
    chunks = [given.items[start : start + given.batch_size] for start in starts]
    sql.execute_apart(_STORE, [batch.pk, list(starts), [len(one) for one in chunks], [dumped(one) for one in chunks]])
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


_STORE = """
INSERT INTO transform_chunk (batch_id, number, first_row, size, items, errors)
SELECT %s, c.place - 1, c.first_row, c.size, c.items, '[]'
FROM unnest(%s::integer[], %s::integer[], %s::bytea[]) WITH ORDINALITY c (first_row, size, items, place)
"""
