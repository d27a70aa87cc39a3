"""What the batch processor answers about batches. Members of the contract come first."""

from typing import Any

from rest_framework import serializers

from batches.processor.states import Priority, Status

Document = serializers.Serializer[Any]


class SubmittedBatch(Document):
    """The answer to a submission; everything that it says is stored."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    estimated_completion_time = serializers.DateTimeField(help_text="From measured rates; not after its timeout")
    queue_position = serializers.IntegerField(help_text="1 is the next; 0 once it runs")
    request_count = serializers.IntegerField(help_text="Items")


class Times(Document):
    """When the batch came into each status; null for those it was never in."""

    queued = serializers.DateTimeField()
    processing = serializers.DateTimeField(allow_null=True)
    completed = serializers.DateTimeField(allow_null=True)
    failed = serializers.DateTimeField(allow_null=True)
    cancelling = serializers.DateTimeField(allow_null=True)
    cancelled = serializers.DateTimeField(allow_null=True)
    expired = serializers.DateTimeField(allow_null=True)


class InferenceBatchSummary(Document):
    """How a batch is doing."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    progress = serializers.FloatField(help_text="0 to 1: items that have ended, however they did")
    completed_requests = serializers.IntegerField(help_text="Items with an output")
    total_requests = serializers.IntegerField()
    estimated_completion_time = serializers.DateTimeField(help_text="When it ended, once it has")
    processing_time_ms = serializers.FloatField(help_text="Since the first item began; 0 before")
    failed_requests = serializers.IntegerField(help_text="Items with an error")
    cancelled_requests = serializers.IntegerField(help_text="Items that were never run")
    queue_position = serializers.IntegerField(help_text="1 is the next; 0 once it runs")
    priority = serializers.ChoiceField(choices=Priority.choices)
    timeout_ms = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    model = serializers.CharField(help_text="Name and version")
    owner = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    times = Times()
    error = serializers.CharField(required=False, help_text="Why it failed, was cancelled or expired")


class InferenceBatchPage(Document):
    """A page of batches, the newest first."""

    batches = InferenceBatchSummary(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the page that follows")


class ItemResult(Document):
    """What became of an item. The results stand in the order of the items."""

    request_id = serializers.CharField()
    output = serializers.JSONField(allow_null=True, help_text="Null for an item that failed or was never run")
    confidence = serializers.FloatField(allow_null=True, help_text="Null where the model gives none")
    processing_time_ms = serializers.FloatField(allow_null=True, help_text="Its share of the run that it was in")
    error = serializers.CharField(required=False, help_text="Why there is no output")


class ResultsMetadata(Document):
    """The batch in figures."""

    total_processing_time_ms = serializers.FloatField()
    average_per_request_ms = serializers.FloatField(allow_null=True)
    batch_size = serializers.IntegerField()


class InferenceResults(Document):
    """The results of a batch that has ended."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    results = ItemResult(many=True)
    metadata = ResultsMetadata()
