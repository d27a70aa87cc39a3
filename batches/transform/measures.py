"""What a Prometheus scrape shows of transform: the contract's metrics by their names."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from batches.transform.queries import scraped
from project.metrics.registry import collector


@collector
def totals() -> Iterable[Metric]:
    """What all batches that ended came to, whoever did them. Zeros are there from the start."""
    found = scraped.totals()
    yield CounterMetricFamily("batch_processed_total", "Total number of processed items", found.processed)
    yield CounterMetricFamily("batch_processing_errors_total", "Total number of processing errors", found.errors)
    durations = HistogramMetricFamily("batch_processing_duration_seconds", "Processing duration of batches")
    buckets = [*((f"{bound:g}", count) for bound, count in found.within), ("+Inf", found.batches)]
    durations.add_metric([], buckets=buckets, sum_value=found.duration)
    yield durations


@collector
def memory() -> Iterable[Metric]:
    """Of the processes that did batches in the last five minutes."""
    family = GaugeMetricFamily(
        "batch_memory_usage_bytes", "Memory usage during batch processing, of the process", labels=["process"]
    )
    for process, held in scraped.memory():
        family.add_metric([process], held)
    yield family
