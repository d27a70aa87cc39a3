"""The results of a batch, in the order of its items."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import accumulate
from typing import Any

import orjson

from batches.processor.models import InferenceBatch
from batches.processor.queries.batches import progress
from batches.processor.states import FINAL, Status
from batches.processor.submission import request_id
from project.postgres import sql

NEVER_RUN = {Status.CANCELLED: "cancelled before it was run", Status.EXPIRED: "timed out before it was run"}

Written = Mapping[int, str]  # what each part gave, as JSON


def results(batch: InferenceBatch) -> list[dict[str, Any]]:
    """Each a request_id, output, confidence, processing_time_ms and, without an output, error.

    Of an open batch those that there are; of one that ended each item has one, also those that were never run.
    """
    found: list[dict[str, Any]] = orjson.loads(_array(batch, _written([batch])[batch.pk]))
    return found


def document(batch: InferenceBatch) -> bytes:
    """What the API tells of a batch that has ended, as JSON. What was written is passed on as it is."""
    return _document(batch, _written([batch])[batch.pk])


def documents(batch_ids: Collection[str]) -> dict[str, bytes]:
    """The same of all of these that have ended, by name."""
    batches = list(InferenceBatch.objects.filter(batch_id__in=batch_ids, status__in=FINAL))
    written = _written(batches)
    return {batch.batch_id: _document(batch, written[batch.pk]) for batch in batches}


def _document(batch: InferenceBatch, written: Written) -> bytes:
    took = progress(batch).processing_time_ms
    tried = batch.completed + batch.failed
    metadata = {
        "total_processing_time_ms": took,
        "average_per_request_ms": round(took / tried, 3) if tried else None,
        "batch_size": batch.total,
    }
    head = orjson.dumps({"batch_id": batch.batch_id, "status": batch.status})[:-1]
    return b"".join((head, b',"results":', _array(batch, written), b',"metadata":', orjson.dumps(metadata), b"}"))


def _array(batch: InferenceBatch, written: Written) -> bytes:
    missing = _missing(batch, written) if batch.status in FINAL else {}
    arrays = (
        written[number].encode() if number in written else orjson.dumps(missing.get(number, []))
        for number in range(1, len(batch.part_sizes) + 1)
    )
    return b"[" + b",".join(inside for array in arrays if (inside := array[1:-1])) + b"]"


def _written(batches: Collection[InferenceBatch]) -> dict[int, Written]:
    """By batch."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for record in sql.rows(_WRITTEN, [[batch.pk for batch in batches]]):
        found[record["batch_id"]][record["number"]] = record["results"]
    return {batch.pk: found[batch.pk] for batch in batches}


def _missing(batch: InferenceBatch, written: Written) -> dict[int, list[dict[str, Any]]]:
    """Results of what was never run, by part. The items' own names come from the engine, while it has the jobs."""
    sizes = dict(enumerate(batch.part_sizes, start=1))
    numbers = [number for number in sizes if number not in written]
    if not numbers:
        return {}
    ends = list(accumulate(batch.part_sizes))
    payloads = {int(record["key"]): record["items"] for record in sql.rows(_ITEMS, [batch.pk, list(map(str, numbers))])}
    why = NEVER_RUN.get(Status(batch.status), "never run")
    return {
        number: [
            {
                "request_id": request_id(item, ends[number - 1] - sizes[number] + place),
                "output": None,
                "confidence": None,
                "processing_time_ms": None,
                "error": why,
            }
            for place, item in enumerate(payloads.get(number) or [{}] * sizes[number])
        ]
        for number in numbers
    }


_WRITTEN = "SELECT p.batch_id, p.number, p.results FROM inference_part p WHERE p.batch_id = ANY (%s)"

_ITEMS = "SELECT j.key, j.payload -> 'items' AS items FROM job j WHERE j.execution_id = %s AND j.key = ANY (%s)"
