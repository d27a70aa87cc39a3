"""What the batch processor answers about its settings."""

from typing import Any

from rest_framework import serializers

Document = serializers.Serializer[Any]


class Weights(Document):
    """Of the priorities, 0 to 1."""

    critical = serializers.FloatField()
    high = serializers.FloatField()
    normal = serializers.FloatField()
    low = serializers.FloatField()


class ProcessorSettings(Document):
    """The settings in force, whether configured or from the environment."""

    max_batch_size = serializers.IntegerField()
    max_wait_time_ms = serializers.FloatField()
    enable_dynamic_batching = serializers.BooleanField()
    priority_weights = Weights()
