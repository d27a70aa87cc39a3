"""Throughput, times and sizes over a period, in steps, from the stored minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from project.postgres import sql

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
    columns = ", ".join(_COLUMNS[metric] for metric in metrics)
    names = {"first": over.first, "until": over.now, "step": over.step, "models": models}
    found = {record.pop("at"): record for record in sql.rows(_FIGURES.format(columns=columns), names)}
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


def _columns_of_times(name: str, column: str, total: str, count: str) -> str:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    parts = [
        f"processor.percentile(processor.added(array_agg(f.{column})), {q}) AS {name}_{p}" for p, q in shares.items()
    ]
    return ", ".join([f"sum(f.{total}) / nullif(sum(f.{count}), 0) AS {name}_average", *parts])


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

_COLUMNS = {
    "throughput": "sum(f.items)::bigint AS items",
    "latency": _columns_of_times("latency", "latencies", "latency_ms", "items"),
    "queue_time": _columns_of_times("queue_time", "queue_times", "queue_ms", "items"),
    "compute_time": _columns_of_times("compute_time", "compute_times", "compute_ms", "runs"),
    "batch_size": "sum(f.runs)::bigint AS runs, sum(f.items)::bigint AS run_items,"
    " processor.added(array_agg(f.batch_sizes)) AS batch_sizes",
    "batches": "sum(f.submitted)::bigint AS submitted, sum(f.completed)::bigint AS completed,"
    " sum(f.failed)::bigint AS failed, sum(f.cancelled)::bigint AS cancelled, sum(f.expired)::bigint AS expired,"
    " sum(f.batch_seconds) AS batch_seconds, sum(f.completed_items)::bigint AS completed_items,"
    " sum(f.failed_items)::bigint AS failed_items",
}

_FIGURES = """
WITH figures AS MATERIALIZED (SELECT * FROM processor.figures(%(first)s, %(until)s, %(models)s::text[]))
SELECT date_bin(%(step)s, f.minute, %(first)s) AS at, {columns}
FROM figures f GROUP BY GROUPING SETS ((1), ())
"""
