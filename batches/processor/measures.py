"""What a Prometheus scrape shows of the processor: the contract's metrics by their names, then ours."""

from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from batches.processor.queries import current
from batches.processor.states import FINAL
from project.metrics.registry import collector

MODEL = ["model"]
LIMITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0)


@collector
def work() -> Iterable[Metric]:
    """What has not ended."""
    now = current.open_work()
    yield GaugeMetricFamily("active_batches", "Number of active batches", now["active_batches"])
    yield GaugeMetricFamily("queue_length", "Current queue length, in items", now["queue_length"])


@collector
def totals() -> Iterable[Metric]:
    """What all processes together ever did; it never goes down, however old batches are forgotten."""
    found = current.totals()
    yield CounterMetricFamily("batch_requests_total", "Total batch requests", sum(one["submitted"] for one in found))
    yield _times(found)
    ended = CounterMetricFamily("tutup_processor_batches_total", "Batches that ended", labels=["model", "status"])
    items = CounterMetricFamily(
        "tutup_processor_items_total", "Items of the batches that ended", labels=["model", "outcome"]
    )
    runs = CounterMetricFamily("tutup_processor_runs_total", "Runs of models, each over many items", labels=MODEL)
    compute = CounterMetricFamily("tutup_processor_compute_seconds_total", "Time of those runs", labels=MODEL)
    for record in found:
        model = record["model"]
        for status in FINAL:
            ended.add_metric([model, status.value], record[status.value])
        items.add_metric([model, "completed"], record["completed_items"])
        items.add_metric([model, "failed"], record["failed_items"])
        runs.add_metric([model], record["runs"])
        compute.add_metric([model], record["compute_ms"] / 1000)
    yield from (ended, items, runs, compute)


def _times(found: Sequence[dict[str, Any]]) -> HistogramMetricFamily:
    """From submission to end, of all batches that ended. Each limit is one of the bounds that they are counted by."""
    bounds = current.time_bounds()
    counts = [
        sum(places) for places in zip([0] * (len(bounds) + 1), *(one["batch_times"] for one in found), strict=True)
    ]
    limits = [(str(limit), float(sum(counts[: bounds.index(limit * 1000) + 1]))) for limit in LIMITS]
    return HistogramMetricFamily(
        "batch_processing_seconds",
        "Batch processing time",
        buckets=[*limits, ("+Inf", float(sum(counts)))],
        sum_value=sum(one["batch_seconds"] for one in found),
    )
