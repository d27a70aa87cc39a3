"""The items of a batch that failed, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import orjson

from batches.processor.models import InferenceBatch

PAGE = 25


@dataclass(frozen=True)
class Failure:
    """An item by its place in the submission, from 1."""

    place: int
    request_id: str
    error: str


def failures(batch: InferenceBatch, after: int) -> list[Failure]:
    """Those behind a place; one more than a page tells that there are more."""
    found: list[Failure] = []
    for one in _failed(batch, after):
        found.append(one)
        if len(found) > PAGE:
            break
    return found


def _failed(batch: InferenceBatch, after: int) -> Iterator[Failure]:
    ends = list(accumulate(batch.part_sizes))
    behind = [number for number, end in enumerate(ends, start=1) if end > after]
    for part in batch.parts.filter(failed__gt=0, number__in=behind).order_by("number").iterator(chunk_size=1):
        first = ends[part.number - 1] - part.items + 1
        for place, result in enumerate(orjson.loads(part.results), start=first):
            if place > after and "error" in result:
                yield Failure(place, result["request_id"], result["error"])
