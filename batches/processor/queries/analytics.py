"""Throughput, times and sizes over a period, in steps, from the stored minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from project.postgres import sql

from .summing import summed_by_step

KEPT = timedelta(days=14)
STEPS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360)]
MOST_STEPS = 180
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period that ends now, cut into steps; the last one is the one that goes on."""

    first: datetime
    now: datetime
    step: timedelta

    @property
    def steps(self) -> list[datetime]:
        """When each of them begins."""
        count = -(-(self.now - self.first) // self.step)
        return [self.first + number * self.step for number in range(count)]

    def seconds(self, at: datetime | None) -> float:
        """How long a step has lasted; None is the whole period."""
        begin, end = (self.first, self.now) if at is None else (at, min(at + self.step, self.now))
        return (end - begin).total_seconds()


def span(period: timedelta, step: timedelta | None = None) -> Span:
    """The period up to now, which begins with a whole minute; by the finest steps that keep the answer short."""
    now = timezone.now()
    first = now.replace(second=0, microsecond=0) - period + A_MINUTE
    finest = next((one for one in STEPS if period <= one * MOST_STEPS), STEPS[-1])
    return Span(first=first, now=now, step=step or finest)


def analytics(over: Span, metrics: Sequence[str], models: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """Each metric: its figures of the whole period, and as `series` of each step. Null is what nothing was measured of.

    `models` are names with versions; all by default.
    """
    names = {"first": over.first, "until": over.now, "step": over.step, "models": models}
    found = {record.pop("at"): record for record in sql.rows(summed_by_step(metrics), names)}
    return {metric: _metric(metric, over, found) for metric in metrics}


def _metric(metric: str, over: Span, found: dict[datetime | None, dict[str, Any]]) -> dict[str, Any]:
    document = _DOCUMENTS[metric]
    whole = document(found[None], over.seconds(None))
    return {**whole, "series": [{"at": at, **document(found.get(at, {}), over.seconds(at))} for at in over.steps]}


def _throughput(record: dict[str, Any], seconds: float) -> dict[str, Any]:
    items = record.get("items") or 0
    return {"items": items, "per_second": round(items / seconds, 2) if seconds else 0.0}


def _times(name: str) -> Any:
    def document(record: dict[str, Any], _seconds: float) -> dict[str, Any]:
        return {
            f"{part}_ms": None if (value := record.get(f"{name}_{part}")) is None else round(value, 2)
            for part in ("average", "p50", "p95", "p99")
        }

    return document


def _sizes(record: dict[str, Any], _seconds: float) -> dict[str, Any]:
    runs, counted = record.get("runs") or 0, record.get("batch_sizes") or []
    sizes = [{"at_least": 2**place, "runs": count} for place, count in enumerate(counted) if count]
    return {"runs": runs, "average": round(record["run_items"] / runs, 2) if runs else None, "sizes": sizes}


def _batches(record: dict[str, Any], _seconds: float) -> dict[str, Any]:
    ended = sum(record.get(name) or 0 for name in _ENDS)
    return {
        "submitted": record.get("submitted") or 0,
        **{name: record.get(name) or 0 for name in (*_ENDS, "completed_items", "failed_items")},
        "average_seconds": round(record["batch_seconds"] / ended, 3) if ended else None,
    }


_ENDS = ("completed", "failed", "cancelled", "expired")

_DOCUMENTS = {
    "throughput": _throughput,
    "latency": _times("latency"),
    "queue_time": _times("queue_time"),
    "compute_time": _times("compute_time"),
    "batch_size": _sizes,
    "batches": _batches,
}

METRICS = tuple(_DOCUMENTS)
