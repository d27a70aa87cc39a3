"""The statement behind the analytics: minutes summed up by step, counts of times place by place."""

from collections.abc import Sequence

from project.postgres import sql


def summed_by_step(metrics: Sequence[str]) -> str:
    """A statement that gives the sums, means and percentiles of these metrics by step, and of all steps with NULL as
    `at`. Its parameters: first, until, step, models."""
    counts = [_COUNTS[metric] for metric in metrics if metric in _COUNTS]
    places = sql.row(_PLACES) or {}
    return _FIGURES.format(
        # in one piece: what is long is kept compressed, and would be unpacked for each place anew
        unpacked="".join(f", f.{name} || '{{}}'::bigint[] AS {name}" for name in counts),
        summed="".join(f", {_summed(name, places[name])} AS {name}" for name in counts),
        columns=", ".join(_COLUMNS[metric] for metric in metrics),
    )


def _summed(name: str, places: int) -> str:
    sums = ", ".join(f"sum(m.{name}[{place}])" for place in range(1, places + 1))
    return f"ARRAY[{sums}]::bigint[]"


def _columns_of_times(name: str, column: str, total: str, count: str) -> str:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    parts = [
        f"processor.percentile(processor.added(array_agg(f.{column})), {q}) AS {name}_{p}" for p, q in shares.items()
    ]
    return ", ".join([f"(sum(f.{total}) / nullif(sum(f.{count}), 0))::float8 AS {name}_average", *parts])


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

_COUNTS = {
    "latency": "latencies",
    "queue_time": "queue_times",
    "compute_time": "compute_times",
    "batch_size": "batch_sizes",
}

_PLACES = """
SELECT t.places AS latencies, t.places AS queue_times, t.places AS compute_times,
  cardinality(processor.size_bounds()) + 1 AS batch_sizes
FROM (SELECT cardinality(processor.time_bounds()) + 1) t(places)
"""

# place by place, which takes a third of the time of unnesting the counts of each minute
_FIGURES = """
WITH minutes AS MATERIALIZED (
  SELECT date_bin(%(step)s, f.minute, %(first)s) AS at, f.submitted, f.completed, f.failed, f.cancelled, f.expired,
    f.batch_seconds, f.completed_items, f.failed_items, f.runs, f.items, f.compute_ms, f.queue_ms,
    f.latency_ms{unpacked}
  FROM processor.figures(%(first)s, %(until)s, %(models)s::text[]) f
), steps AS (
  SELECT m.at, sum(m.submitted) AS submitted, sum(m.completed) AS completed, sum(m.failed) AS failed,
    sum(m.cancelled) AS cancelled, sum(m.expired) AS expired, sum(m.batch_seconds) AS batch_seconds,
    sum(m.completed_items) AS completed_items, sum(m.failed_items) AS failed_items, sum(m.runs) AS runs,
    sum(m.items) AS items, sum(m.compute_ms) AS compute_ms, sum(m.queue_ms) AS queue_ms,
    sum(m.latency_ms) AS latency_ms{summed}
  FROM minutes m GROUP BY m.at
)
SELECT f.at, {columns} FROM steps f GROUP BY GROUPING SETS ((f.at), ())
"""
