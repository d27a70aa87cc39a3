"""When it is a batch's turn, and when it will be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    found = {record["id"]: record for record in sql.rows(_PLACES, _parameters(waiting))} if waiting else {}
    return {batch.pk: _place(batch, found.get(batch.pk), now) for batch in batches}


def _place(batch: InferenceBatch, found: Mapping[str, float] | None, now: datetime) -> Place:
    if found is None:  # it has ended, perhaps just now
        return Place(position=0, completion=batch.ended_at or now)
    done = now + timedelta(milliseconds=found["item_ms"] * found["items"])
    return Place(position=int(found["position"]), completion=min(done, batch.expires_at))


def _parameters(waiting: Sequence[int]) -> dict[str, object]:
    return {
        "ids": waiting,
        "open": list(OPEN),
        "priorities": list(ENGINE_CLASSES),
        "classes": list(ENGINE_CLASSES.values()),
        "queue": QUEUE,
    }


# the engine's order: a heavier one is as if it had come earlier, by so much of the queue's horizon
_PLACES = """
WITH behind AS (
  SELECT k.priority, (1 - c.weight)::float8 * coalesce(q.horizon, interval '10 minutes') AS span
  FROM unnest(%(priorities)s::text[], %(classes)s::text[]) AS k(priority, class)
  JOIN priority_class c ON c.name = k.class LEFT JOIN queue q ON q.name = %(queue)s
), last AS (
  SELECT r.compute_ms, r.items FROM inference_run r ORDER BY r.id DESC LIMIT 50
), minute AS (
  SELECT m.compute_ms, m.items FROM inference_minute m WHERE m.items > 0 ORDER BY m.minute DESC LIMIT 1
), turn AS (
  SELECT b.id,
    CASE WHEN b.status = 'queued' THEN count(*) FILTER (WHERE b.status = 'queued') OVER earlier ELSE 0 END AS position,
    sum(b.total - b.completed - b.failed - b.cancelled) OVER earlier AS items
  FROM inference_batch b JOIN behind h ON h.priority = b.priority WHERE b.status = ANY (%(open)s)
  WINDOW earlier AS (ORDER BY b.status = 'queued', b.queued_at + h.span, b.id)
)
SELECT t.id, t.position, t.items::float8 AS items,
  coalesce((SELECT sum(l.compute_ms) / sum(l.items) FROM last l),
    (SELECT n.compute_ms / n.items FROM minute n), m.target_latency_ms) AS item_ms
FROM turn t JOIN inference_batch b ON b.id = t.id JOIN model_version v ON v.id = b.model_version_id
JOIN inference_model m ON m.id = v.model_id WHERE t.id = ANY (%(ids)s)
"""
