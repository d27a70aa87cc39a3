"""What the transform API answers. Members of the contract come first, each with its name and meaning."""

from typing import Any

from rest_framework import serializers

from batches.transform.states import OnError, Status

Document = serializers.Serializer[Any]


class BadItem(Document):
    """Why an item has no result; never its value."""

    row = serializers.IntegerField(help_text="Counted from 0")
    field = serializers.CharField(allow_null=True, help_text="Null where the item itself is wrong")
    reason = serializers.CharField()


class TransformedBatch(Document):
    """The answer when the items are done."""

    status = serializers.ChoiceField(choices=["success"])
    processed = serializers.IntegerField(help_text="Items dealt with: results, filtered and failed")
    filtered = serializers.IntegerField(help_text="Items that a filter took out")
    duration = serializers.FloatField(help_text="Seconds")
    results = serializers.ListField(child=serializers.JSONField(), help_text="In the order of the items")
    batch_id = serializers.CharField()
    failed = serializers.IntegerField(required=False, help_text="With `on_error: skip`: items with an error")
    errors = BadItem(many=True, required=False, help_text="With `on_error: skip`")  # type: ignore[assignment]  # a member


class BatchError(Document):
    """Why a batch failed."""

    error = serializers.CharField()
    message = serializers.CharField()
    details = BadItem(required=False)


class TransformBatchStatus(Document):
    """Where a batch stands."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    progress = serializers.IntegerField(help_text="Percent; 100 once it is completed")
    processed = serializers.IntegerField(help_text="Items dealt with: results, filtered and failed")
    filtered = serializers.IntegerField(help_text="Items that a filter took out")
    duration = serializers.FloatField(help_text="Seconds since it began, or that it took")
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True, help_text="When it ended, however it did")
    created_at = serializers.DateTimeField()
    total = serializers.IntegerField(help_text="Items sent")
    failed = serializers.IntegerField(help_text="Items with an error")
    pipeline = serializers.CharField()
    pipeline_version = serializers.IntegerField()
    on_error = serializers.ChoiceField(choices=OnError.choices)
    error = BatchError(allow_null=True, help_text="Of a failed batch")


class CancelledBatch(Document):
    """The answer to a cancellation."""

    status = serializers.ChoiceField(choices=[Status.CANCELLED])
    message = serializers.CharField()


class ResultPage(Document):
    """A page of results."""

    results = serializers.ListField(child=serializers.JSONField(), help_text="In the order of the items")
    next = serializers.CharField(allow_null=True)
