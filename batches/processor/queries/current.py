"""How the processor stands now, and what it ever did."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from project.postgres import sql

RECENT = timedelta(minutes=5)


def open_work() -> dict[str, int]:
    """`active_batches` that have not ended, and `queue_length`: their items that have not."""
    return dict(sql.row(_OPEN) or {})


def recent() -> dict[str, Any]:
    """Runs, items and times of the last five minutes."""
    now = timezone.now()
    first = now.replace(second=0, microsecond=0) - RECENT + timedelta(minutes=1)
    found = sql.row(_RECENT, [first, now]) or {}
    return {**found, "seconds": (now - first).total_seconds()}


def totals() -> list[dict[str, Any]]:
    """What ever happened, by model: folded or not."""
    return sql.rows(_TOTALS)


def time_bounds() -> list[float]:
    """Where counts of times are parted, in milliseconds."""
    return list(sql.routine_value("processor.time_bounds"))


def metrics() -> dict[str, dict[str, Any]]:
    """Current and performance figures, as the API shows them. Null is what nothing was measured of."""
    lately, ever = recent(), totals()
    good, bad, runs = (sum(record[name] for record in ever) for name in ("completed_items", "failed_items", "runs"))
    return {
        "current_stats": {
            **open_work(),
            "average_batch_size": _mean(lately["items"], lately["runs"]),
            "throughput_per_second": round(lately["items"] / lately["seconds"], 2) if lately["seconds"] else 0.0,
            "average_latency_ms": _mean(lately["latency_ms"], lately["items"]),
        },
        "performance_stats": {
            "total_processed": good + bad,
            "success_rate": _mean(good, good + bad, digits=6),
            "error_rate": _mean(bad, good + bad, digits=6),
            "average_processing_time_ms": _mean(sum(record["compute_ms"] for record in ever), runs),
        },
    }


def _mean(total: float, count: int, *, digits: int = 2) -> float | None:
    return round(total / count, digits) if count else None


_OPEN = """
SELECT count(*) AS active_batches,
  coalesce(sum(b.total - b.completed - b.failed - b.cancelled), 0)::bigint AS queue_length
FROM inference_batch b WHERE b.status IN ('queued', 'processing', 'cancelling')
"""

_RECENT = """
SELECT coalesce(sum(f.runs), 0)::bigint AS runs, coalesce(sum(f.items), 0)::bigint AS items,
  coalesce(sum(f.latency_ms), 0) AS latency_ms
FROM processor.figures(%s, %s) f
"""

_TOTALS = """
SELECT s.model, sum(s.submitted)::bigint AS submitted, sum(s.completed)::bigint AS completed,
  sum(s.failed)::bigint AS failed, sum(s.cancelled)::bigint AS cancelled, sum(s.expired)::bigint AS expired,
  sum(s.batch_seconds) AS batch_seconds, processor.added(array_agg(s.batch_times)) AS batch_times,
  sum(s.completed_items)::bigint AS completed_items, sum(s.failed_items)::bigint AS failed_items,
  sum(s.runs)::bigint AS runs, sum(s.items)::bigint AS items, sum(s.compute_ms) AS compute_ms
FROM (
  SELECT t.model, t.submitted, t.completed, t.failed, t.cancelled, t.expired, t.batch_seconds, t.batch_times,
    t.completed_items, t.failed_items, t.runs, t.items, t.compute_ms FROM inference_total t
  UNION ALL
  SELECT r.model, r.submitted, r.completed, r.failed, r.cancelled, r.expired, r.batch_seconds, r.batch_times,
    r.completed_items, r.failed_items, r.runs, r.items, r.compute_ms FROM processor.recent_figures() r) s
GROUP BY s.model ORDER BY s.model
"""
