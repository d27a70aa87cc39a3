"""Documents that show a batch at work: status, workers, metrics, validation."""

from typing import Any

from rest_framework import serializers

from batches.monthend.states import CheckStatus, Phase, Status, WorkerStatus

Document = serializers.Serializer[Any]
LAYER_STATES = ["PENDING", "IN_PROGRESS", "PASSED", "FAILED"]


def rate(**options: Any) -> serializers.IntegerField:
    """Transactions a second; null before the first block is posted."""
    return serializers.IntegerField(allow_null=True, **options)


class WorkerCounts(Document):
    """Workers of a batch by state."""

    total = serializers.IntegerField()
    running = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="Lost or failed; replaced ones included")


class BatchProgress(Document):
    """How much is posted."""

    total_transactions = serializers.IntegerField()
    processed_transactions = serializers.IntegerField()
    percentage = serializers.FloatField()
    workers = WorkerCounts()


class Timing(Document):
    """When it started and is likely to end."""

    started_at = serializers.DateTimeField()
    elapsed_seconds = serializers.FloatField()
    estimated_remaining_seconds = serializers.FloatField(allow_null=True)
    estimated_completion_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class Performance(Document):
    """Transactions a second: over the last ten seconds, since posting began, the best second."""

    current_throughput_per_sec = rate()
    average_throughput_per_sec = rate()
    peak_throughput_per_sec = rate()


class LayerStates(Document):
    """Where each validation layer stands."""

    pre_flight = serializers.ChoiceField(choices=LAYER_STATES)
    per_worker = serializers.ChoiceField(choices=LAYER_STATES)
    pre_commit = serializers.ChoiceField(choices=LAYER_STATES)


class BatchStatus(Document):
    """How a batch is doing."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    phase = serializers.ChoiceField(choices=Phase.choices)
    progress = BatchProgress()
    timing = Timing()
    performance = Performance()
    validation = LayerStates()
    reason = serializers.CharField(allow_null=True, help_text="Why it failed, was aborted or reverses")


class RangeProgress(Document):
    """How much of its range a worker has posted."""

    records_processed = serializers.IntegerField()
    expected_records = serializers.IntegerField()
    percentage = serializers.FloatField()


class RangePerformance(Document):
    """How fast a worker is."""

    records_per_second = rate()
    elapsed_seconds = serializers.FloatField()


class BatchWorker(Document):
    """One worker of a batch."""

    worker_id = serializers.IntegerField()
    range = serializers.IntegerField()
    status = serializers.ChoiceField(choices=WorkerStatus.choices)
    progress = RangeProgress()
    performance = RangePerformance(required=False)
    last_checkpoint = serializers.DateTimeField(required=False, allow_null=True)
    eta_seconds = serializers.FloatField(required=False, allow_null=True)
    completed_at = serializers.DateTimeField(required=False)
    error = serializers.CharField(required=False)
    recovery_action = serializers.CharField(required=False, allow_null=True)
    replacement_worker_id = serializers.IntegerField(required=False, allow_null=True)


class BatchWorkers(Document):
    """The workers of a batch."""

    batch_id = serializers.CharField()
    workers = BatchWorker(many=True)


class Throughput(Document):
    """Transactions a second; the target posts the month within half an hour."""

    current_rps = rate()
    average_rps = rate()
    peak_rps = rate()
    target_rps = rate()


class Latency(Document):
    """Milliseconds of the posting calls; each posts one block in one transaction."""

    p50_ms = serializers.FloatField(allow_null=True)
    p95_ms = serializers.FloatField(allow_null=True)
    p99_ms = serializers.FloatField(allow_null=True)
    max_ms = serializers.FloatField(allow_null=True)


class DatabaseLoad(Document):
    """The server's connections, and the mean of the posting calls."""

    active_connections = serializers.IntegerField()
    max_connections = serializers.IntegerField()
    connection_utilization = serializers.FloatField(help_text="Percent")
    query_time_avg_ms = serializers.FloatField(allow_null=True)


class Memory(Document):
    """Megabytes of the batch's leaves and of the live workers; cache hits in percent."""

    staging_table_size_mb = serializers.FloatField()
    worker_memory_total_mb = serializers.FloatField(allow_null=True)
    database_cache_hit_rate = serializers.FloatField(allow_null=True)


class MetricGroups(Document):
    """All groups."""

    throughput = Throughput()
    latency = Latency()
    database = DatabaseLoad()
    memory = Memory()


class BatchMetrics(Document):
    """Metrics of a batch at one moment."""

    batch_id = serializers.CharField()
    timestamp = serializers.DateTimeField()
    metrics = MetricGroups()


class FundCheck(Document):
    """One fund's total against its allocations."""

    fund = serializers.CharField()
    expected = serializers.CharField()
    actual = serializers.CharField()
    difference = serializers.CharField()


class Check(Document):
    """One check. Which members it has beside the first three depends on the check."""

    name = serializers.CharField()
    status = serializers.ChoiceField(choices=CheckStatus.choices)
    message = serializers.CharField()
    expected = serializers.IntegerField(required=False)
    actual = serializers.IntegerField(required=False)
    gaps = serializers.IntegerField(required=False)
    duplicates = serializers.IntegerField(required=False)
    total_debit = serializers.CharField(required=False)
    total_credit = serializers.CharField(required=False)
    difference = serializers.CharField(required=False)
    fund_checks = FundCheck(many=True, required=False)


class LayerChecks(Document):
    """A layer and its checks."""

    status = serializers.ChoiceField(choices=LAYER_STATES)
    timestamp = serializers.DateTimeField(allow_null=True)
    checks = Check(many=True)


class RangeChecks(LayerChecks):
    """The per-worker layer: how many ranges equal their plan; `checks` lists those that do not."""

    ranges = serializers.IntegerField()
    validated = serializers.IntegerField()


class Layers(Document):
    """The three layers."""

    pre_flight = LayerChecks()
    per_worker = RangeChecks()
    pre_commit = LayerChecks()


class BatchValidation(Document):
    """What was checked and how it ended."""

    batch_id = serializers.CharField()
    validations = Layers()
