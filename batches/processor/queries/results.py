"""The results of a batch, in the order of its items."""

from itertools import accumulate
from typing import Any

import orjson

from batches.processor.models import InferenceBatch
from batches.processor.states import FINAL, Status
from batches.processor.submission import request_id
from project.postgres import sql

NEVER_RUN = {Status.CANCELLED: "cancelled before it was run", Status.EXPIRED: "timed out before it was run"}


def results(batch: InferenceBatch) -> list[dict[str, Any]]:
    """Each a request_id, output, confidence, processing_time_ms and, without an output, error.

    Of an open batch those that there are; of one that ended each item has one, also those that were never run.
    """
    written = {record["number"]: record["results"] for record in sql.rows(_WRITTEN, [batch.pk])}
    missing = _missing(batch, written) if batch.status in FINAL else {}
    found: list[dict[str, Any]] = []
    for number in range(1, len(batch.part_sizes) + 1):
        if number in written:
            found += orjson.loads(written[number])
        else:
            found += missing.get(number, [])
    return found


def _missing(batch: InferenceBatch, written: dict[int, str]) -> dict[int, list[dict[str, Any]]]:
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


_WRITTEN = "SELECT p.number, p.results FROM inference_part p WHERE p.batch_id = %s ORDER BY p.number"

_ITEMS = "SELECT j.key, j.payload -> 'items' AS items FROM job j WHERE j.execution_id = %s AND j.key = ANY (%s)"
