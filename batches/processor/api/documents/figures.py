"""What the batch processor answers about itself."""

from functools import cache
from typing import Any

from rest_framework import serializers

Document = serializers.Serializer[Any]


class CurrentStats(Document):
    """How it stands; rates, sizes and latency are of the last five minutes."""

    active_batches = serializers.IntegerField(help_text="Batches that have not ended")
    queue_length = serializers.IntegerField(help_text="Their items that have not ended")
    average_batch_size = serializers.FloatField(allow_null=True, help_text="Items that a run of a model took")
    throughput_per_second = serializers.FloatField(help_text="Items")
    average_latency_ms = serializers.FloatField(allow_null=True, help_text="Of an item, from its submission to its end")


class PerformanceStats(Document):
    """What it ever did."""

    total_processed = serializers.IntegerField(help_text="Items of the batches that ended, failed ones included")
    success_rate = serializers.FloatField(allow_null=True, help_text="0 to 1")
    error_rate = serializers.FloatField(allow_null=True, help_text="0 to 1")
    average_processing_time_ms = serializers.FloatField(allow_null=True, help_text="Of a run of a model")


class ResourceUsage(Document):
    """Of all live workers, by their last heartbeats; null where nothing is known."""

    cpu_usage_percent = serializers.FloatField(allow_null=True, help_text="100 is one core")
    memory_usage_mb = serializers.FloatField(allow_null=True)
    gpu_usage_percent = serializers.FloatField(
        allow_null=True, help_text="Mean of the NVIDIA GPUs of the machine that answers; null without any"
    )


class ProcessorMetrics(Document):
    """The state of the processor."""

    current_stats = CurrentStats()
    performance_stats = PerformanceStats()
    resource_usage = ResourceUsage()


class Throughput(Document):
    """Items that were run, each as soon as it was."""

    items = serializers.IntegerField()
    per_second = serializers.FloatField()


class TimeFigures(Document):
    """Times in milliseconds; null when nothing was measured. A percentile is off by less than a quarter."""

    average_ms = serializers.FloatField(allow_null=True)
    p50_ms = serializers.FloatField(allow_null=True)
    p95_ms = serializers.FloatField(allow_null=True)
    p99_ms = serializers.FloatField(allow_null=True)


class BatchSizeCount(Document):
    """Runs of at least so many items and less than twice as many."""

    at_least = serializers.IntegerField()
    runs = serializers.IntegerField()


class BatchSizes(Document):
    """How many items the runs of models took."""

    runs = serializers.IntegerField()
    average = serializers.FloatField(allow_null=True)
    sizes = BatchSizeCount(many=True)


class BatchFigures(Document):
    """Batches that came and ended."""

    submitted = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    expired = serializers.IntegerField()
    completed_items = serializers.IntegerField(help_text="Items with an output, of the batches that ended")
    failed_items = serializers.IntegerField(help_text="Items with an error, of the batches that ended")
    average_seconds = serializers.FloatField(allow_null=True, help_text="From submission to end")


@cache
def _series(shape: type[Document]) -> Any:
    """Its figures of a whole period, and of each step of it."""
    name = shape.__name__
    step = type(f"{name}Step", (shape,), {"at": serializers.DateTimeField(), "__doc__": f"{shape.__doc__}"})
    return type(f"{name}Series", (shape,), {"series": step(many=True), "__doc__": f"{shape.__doc__}"})


class AnalyticsMetrics(Document):
    """The metrics that were asked for."""

    throughput = _series(Throughput)(required=False)
    latency = _series(TimeFigures)(required=False)
    queue_time = _series(TimeFigures)(required=False)
    compute_time = _series(TimeFigures)(required=False)
    batch_size = _series(BatchSizes)(required=False)
    batches = _series(BatchFigures)(required=False)


class ProcessorAnalytics(Document):
    """Figures of a period that ends now."""

    period_start = serializers.DateTimeField()
    period_end = serializers.DateTimeField()
    step_seconds = serializers.IntegerField()
    model = serializers.CharField(allow_null=True)
    metrics = AnalyticsMetrics()
