"""Batches that the request does itself, before it answers."""

from psycopg.types.json import Jsonb

from batches.transform import errors, process
from batches.transform.encoding import dumped
from batches.transform.models import TransformBatch
from batches.transform.pipeline import Compiled, Outcome
from batches.transform.services import running
from batches.transform.services.opening import Opened, open_in_place
from batches.transform.services.running import Broken, Run
from batches.transform.states import OnError, Status
from batches.transform.submission import Submission
from project.postgres import sql


def run(given: Submission, compiled: Compiled) -> Opened:
    """Runs the items through the pipeline in one transaction: the batch, its results and its place are one.

    Raises as `open_in_place`, and `Broken` once that is stored. A bad item of `on_error: fail` is the `error` of the
    batch.
    """
    broken: list[Broken] = []

    def work(batch: TransformBatch) -> bytes | None:
        try:
            return _end(batch, running.run(compiled, given.items, on_error=given.on_error.value))
        except Broken as error:
            broken.append(error)
            return _end(batch, None)

    opened = open_in_place(given, Status.PROCESSING, work)
    if broken:
        raise broken[0]
    return opened


def _end(batch: TransformBatch, done: Run | None) -> bytes | None:
    batch.duration = done.work_seconds if done else 0.0
    found = _take(batch, done.outcome if done else None)
    results = dumped(done.outcome.results) if done and batch.status == Status.COMPLETED else None
    sql.execute_apart(
        "SELECT transform.finish_inside(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            batch.pk,
            str(batch.status),
            batch.processed,
            batch.filtered,
            batch.failed,
            None if batch.error is None else Jsonb(batch.error),
            done is not None,  # the same request may succeed another time
            batch.duration,
            process.name(),
            process.memory_bytes(),
            results,
            Jsonb(found),
        ],
    )
    return results


def _take(batch: TransformBatch, outcome: Outcome | None) -> list[dict[str, int | str | None]]:
    """Sets what the batch came to; gives the bad items."""
    batch.processed = batch.filtered = batch.failed = 0
    if outcome is None:
        batch.status, batch.error = Status.FAILED, errors.UNFORESEEN
        return []
    found = [error.document() for error in outcome.errors]
    batch.filtered, batch.failed = outcome.filtered, len(found)
    batch.processed = len(outcome.results) + batch.filtered + batch.failed
    batch.status = Status.COMPLETED
    if found and batch.on_error == OnError.FAIL:
        batch.status, batch.error = Status.FAILED, errors.stored(found[0])
    return found
