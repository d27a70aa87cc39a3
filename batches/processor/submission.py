"""What is submitted, as engine jobs: a job for each part of the items."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.conf import settings

from batches.processor.states import ENGINE_CLASSES, Priority
from project.api.errors import InvalidRequest
from workers.services import JobSpec

JOB_TYPE = "processor.infer"
QUEUE = "processor"
PART_ITEMS = 100  # a part of so many costs the engine what a single item does
SPARE_BYTES = 4096  # of a payload, for what stands around the items

Item = dict[str, Any]
Part = tuple[int, Sequence[Item]]  # the place of its first item, from 0


def parts(items: Sequence[Item]) -> list[Part]:
    """The items in order, cut into what one engine job takes. Raises `InvalidRequest` for an item that is too large."""
    limit = settings.JOB_MAX_PAYLOAD_BYTES - SPARE_BYTES
    if len(_json(items)) <= limit:  # so any part is; the usual case
        return [(start, items[start : start + PART_ITEMS]) for start in range(0, len(items), PART_ITEMS)]
    return list(_cut(items, limit))


def jobs(cut: Sequence[Part], *, version_id: int, priority: Priority) -> list[JobSpec]:
    """The engine jobs of a submission; their keys count its parts from 1."""
    return [
        JobSpec(
            key=str(number),
            type=JOB_TYPE,
            queue=QUEUE,
            priority=ENGINE_CLASSES[priority],
            payload={"version": version_id, "first": first, "items": list(items)},
        )
        for number, (first, items) in enumerate(cut, start=1)
    ]


def request_id(item: Item, place: int) -> str:
    """How an item is called in the results: its own `request_id`, else req_1, req_2 in the order of the items."""
    own = item.get("request_id")
    return own if isinstance(own, str) and own else f"req_{place + 1}"


def _cut(items: Sequence[Item], limit: int) -> Iterator[Part]:
    first, size = 0, 0
    for place, item in enumerate(items):
        needed = len(_json(item)) + 1
        if needed > limit:
            raise InvalidRequest.field("data", f"item {place + 1} has {needed} bytes; at most {limit} are taken.")
        if place > first and (size + needed > limit or place - first == PART_ITEMS):
            yield first, items[first:place]
            first, size = place, 0
        size += needed
    yield first, items[first:]


def _json(document: Any) -> bytes:
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:  # numbers beyond 64 bits; what is no JSON at all the engine refuses
        return json.dumps(document, default=str).encode()
