"""When it is a batch's turn, and when it will be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from batches.processor.models import InferenceBatch
from batches.processor.states import ENGINE_CLASSES, OPEN
from batches.processor.submission import QUEUE
from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a batch stands. `position` 1 is the next to run, 0 runs already or has ended."""

    position: int
    completion: datetime


def place(batch: InferenceBatch) -> Place:
    """As `places`, of one."""
    return places([batch])[batch.pk]


def places(batches: Sequence[InferenceBatch]) -> Mapping[int, Place]:
    """By the batch's primary key, where it stands now: after those that are heavier or older, and done when the last
    runs' pace lets it be, at its timeout at the latest. Of one that has ended: when that was."""
    now = timezone.now()
    waiting = [batch.pk for batch in batches if batch.status in OPEN]
    found = {record["o_id"]: record for record in _standing(waiting)} if waiting else {}
    return {batch.pk: _place(batch, found.get(batch.pk), now) for batch in batches}


def _place(batch: InferenceBatch, found: Mapping[str, Any] | None, now: datetime) -> Place:
    if found is None:  # it has ended, perhaps just now
        return Place(position=0, completion=batch.ended_at or now)
    done = now + timedelta(milliseconds=found["o_item_ms"] * found["o_items"])
    return Place(position=int(found["o_position"]), completion=min(done, batch.expires_at))


def _standing(waiting: list[int]) -> list[dict[str, Any]]:
    return sql.routine("processor.places", waiting, list(ENGINE_CLASSES), list(ENGINE_CLASSES.values()), QUEUE)
