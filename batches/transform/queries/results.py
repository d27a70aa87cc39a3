"""What a batch gave, by page: results, and bad items."""

from typing import Any

from batches.transform.encoding import loaded
from batches.transform.models import TransformBatch
from batches.transform.states import Status
from project.api.errors import Conflict
from project.postgres import sql

Place = tuple[int, int]
"""The number of a chunk, and how many of its results or bad items lie behind."""


def require_results(batch: TransformBatch) -> None:
    """Raises a 409 unless the batch is completed: no other one has results or lists bad items."""
    if batch.status == Status.COMPLETED:
        return
    reason = "They are there once it is completed." if batch.completed_at is None else "It has no results."
    raise Conflict(
        f"Batch {batch.batch_id} is {batch.status}. {reason}",
        details={"batch_id": batch.batch_id, "status": batch.status},
    )


def results(batch: TransformBatch, after: Place, count: int) -> list[tuple[Place, Any]]:
    """Up to so many results after a place, each with the place behind it, in the order of the items."""
    number, skipped = after
    found: list[tuple[Place, Any]] = []
    for chunk in sql.rows(_RESULTS, [batch.pk, number, count + skipped]):
        first = skipped if chunk["number"] == number else 0
        items = loaded(bytes(chunk["results"]))[first : first + count - len(found)]
        found += [((chunk["number"], place), item) for place, item in enumerate(items, start=first + 1)]
    return found


def all_results(batch: TransformBatch) -> bytes:
    """The results of a batch that the request did: a JSON array."""
    chunk = batch.chunks.get(number=0)
    return bytes(chunk.results or b"[]")


def bad_items(batch: TransformBatch, after: int, count: int) -> list[dict[str, Any]]:
    """Row, field and reason of up to so many bad items behind a row."""
    return sql.rows(_BAD, [batch.pk, after, count])


# as few chunks as have so many results
_RESULTS = """
SELECT c.number, c.results
FROM (SELECT t.number, t.results, sum(t.result_count) OVER (ORDER BY t.number) - t.result_count AS before
      FROM transform_chunk t WHERE t.batch_id = %s AND t.number >= %s AND t.result_count > 0) c
WHERE c.before < %s ORDER BY c.number
"""

_BAD = """
SELECT (e ->> 'row')::integer AS row, e ->> 'field' AS field, e ->> 'reason' AS reason
FROM transform_chunk c, jsonb_array_elements(c.errors) e
WHERE c.batch_id = %s AND (e ->> 'row')::integer > %s ORDER BY 1 LIMIT %s
"""
