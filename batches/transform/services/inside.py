"""Batches that the request does itself, before it answers."""

import time
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from batches.transform import errors, process
from batches.transform.encoding import dumped
from batches.transform.models import TransformBatch
from batches.transform.pipeline import Compiled, Outcome
from batches.transform.services.opening import Opened, open_in_place
from batches.transform.states import OnError, Status
from batches.transform.submission import Submission
from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What running the pipeline came to: an outcome, or the error that nobody foresaw."""

    outcome: Outcome | None = None
    unforeseen: Exception | None = None
    seconds: float


def run(given: Submission, compiled: Compiled) -> Opened:
    """Runs the items through the pipeline in one transaction: the batch, its results and its place are one.

    Raises as `open_in_place`, and whatever a pipeline raises that it should not, once that is stored. A bad item of
    `on_error: fail` is the `error` of the batch.
    """
    unforeseen: list[Exception] = []

    def work(batch: TransformBatch) -> bytes | None:
        attempt = _attempt(given, compiled)
        if attempt.unforeseen is not None:
            unforeseen.append(attempt.unforeseen)
        return _end(batch, attempt)

    opened = open_in_place(given, Status.PROCESSING, work)
    if unforeseen:
        raise unforeseen[0]
    return opened


def _attempt(given: Submission, compiled: Compiled) -> Attempt:
    began = time.perf_counter()
    try:
        outcome = compiled.run(given.items, on_error=given.on_error.value)
    except Exception as error:  # noqa: BLE001 - counted as a failed batch first, then raised
        return Attempt(unforeseen=error, seconds=time.perf_counter() - began)
    return Attempt(outcome=outcome, seconds=time.perf_counter() - began)


def _end(batch: TransformBatch, attempt: Attempt) -> bytes | None:
    batch.duration = attempt.seconds
    found = _take(batch, attempt.outcome)
    results = None
    if attempt.outcome is not None and batch.status == Status.COMPLETED:
        results = dumped(attempt.outcome.results)
    sql.execute_apart(
        "SELECT transform.finish_inside(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            batch.pk,
            str(batch.status),
            batch.processed,
            batch.filtered,
            batch.failed,
            None if batch.error is None else Jsonb(batch.error),
            attempt.outcome is not None,  # the same request may succeed another time
            attempt.seconds,
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
