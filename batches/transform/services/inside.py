"""Batches that the request does itself, before it answers."""

import time
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from batches.transform import errors, process
from batches.transform.encoding import dumped
from batches.transform.models import TransformBatch, TransformChunk
from batches.transform.pipeline import Compiled, Outcome
from batches.transform.services.opening import Opened, ensure_slots, open_batch
from batches.transform.states import ChunkState, OnError, Status
from batches.transform.submission import Submission

WRITTEN = (
    "status",
    "processed",
    "filtered",
    "failed",
    "error",
    "idempotency_key",
    "completed_at",
    "duration",
    "work_seconds",
    "process",
    "memory_bytes",
)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What running the pipeline came to: an outcome, or the error that nobody foresaw."""

    outcome: Outcome | None
    unforeseen: Exception | None
    seconds: float


def run(given: Submission, compiled: Compiled) -> Opened:
    """Runs the items through the pipeline in one transaction: the batch, its results and its place are one.

    Raises as `open_batch`, and whatever a pipeline raises that it should not, when that is stored. A bad item of
    `on_error: fail` is the `error` of the batch.
    """
    ensure_slots(given.owner)
    unforeseen = None
    with transaction.atomic():
        opened = open_batch(given, Status.PROCESSING)
        if opened.made:
            attempt = _attempt(given, compiled)
            unforeseen = attempt.unforeseen
            _end(opened.batch, given, attempt)
    if unforeseen is not None:
        raise unforeseen
    return opened


def _attempt(given: Submission, compiled: Compiled) -> Attempt:
    began = time.perf_counter()
    outcome, unforeseen = None, None
    try:
        outcome = compiled.run(given.items, on_error=given.on_error.value)
    except Exception as error:  # noqa: BLE001 - counted as a failed batch first, then raised
        unforeseen = error
    return Attempt(outcome=outcome, unforeseen=unforeseen, seconds=time.perf_counter() - began)


def _end(batch: TransformBatch, given: Submission, attempt: Attempt) -> None:
    batch.duration = batch.work_seconds = attempt.seconds
    batch.process, batch.memory_bytes = process.name(), process.memory_bytes()
    if attempt.outcome is None:
        batch.status, batch.error = Status.FAILED, errors.UNFORESEEN
        batch.idempotency_key = None  # the same request may succeed another time
    else:
        _take(batch, given, attempt.outcome)
    batch.completed_at = Now()
    batch.save(update_fields=WRITTEN)
    batch.refresh_from_db(fields=["completed_at"])


def _take(batch: TransformBatch, given: Submission, outcome: Outcome) -> None:
    found = [error.document() for error in outcome.errors]
    batch.filtered, batch.failed = outcome.filtered, len(found)
    batch.processed = len(outcome.results) + batch.filtered + batch.failed
    if found and given.on_error == OnError.FAIL:
        batch.status, batch.error = Status.FAILED, errors.stored(found[0])
        return
    batch.status = Status.COMPLETED
    TransformChunk.objects.create(
        batch=batch,
        number=0,
        first_row=0,
        size=batch.total,
        items=b"",
        results=dumped(outcome.results),
        result_count=len(outcome.results),
        filtered=batch.filtered,
        errors=found,
        state=ChunkState.DONE,
    )
