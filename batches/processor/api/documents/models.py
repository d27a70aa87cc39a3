"""What the registry of models takes and answers."""

from typing import Any

from rest_framework import serializers

from batches.processor.configuration import LARGEST_BATCH
from batches.processor.services.models import LONGEST_LATENCY_MS
from batches.processor.states import InputFit
from project.api.serializers import StrictSerializer

from .numbers import Flag, Number, Whole

Document = serializers.Serializer[Any]
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


class RegisterForm(StrictSerializer):
    """How a file is registered; the file is the body."""

    version = serializers.RegexField(NAME, required=False, help_text="1.0, 2.0 and so on by default")
    runtime = serializers.CharField(default="onnx", help_text="One of MODEL_RUNTIMES")
    input_fit = serializers.ChoiceField(
        choices=InputFit.choices,
        default=InputFit.EXACT,
        help_text="pad: inputs are padded and cut to the model's length",
    )
    default = serializers.BooleanField(default=False, help_text="Takes the submissions that name no model from now on")


class DefaultRequest(StrictSerializer):
    """What a name stands for, and what takes submissions that name no model."""

    version = serializers.RegexField(NAME, required=False, help_text="What the model's bare name stands for")
    default_model = Flag(default=False, help_text="Takes the submissions that name no model")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "version" not in attrs and not attrs["default_model"]:
            raise serializers.ValidationError("Name a version, or set default_model to true.")
        return attrs


class ChangeRequest(StrictSerializer):
    """What changes of a model; the rest stays."""

    description = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    max_batch_size = Whole(
        min_value=1, max_value=LARGEST_BATCH, required=False, allow_null=True, help_text="Null: the processor's"
    )
    target_latency_ms = Number(
        required=False, max_value=LONGEST_LATENCY_MS, help_text="What one run should take; above 0"
    )
    warm_up = Flag(required=False, help_text="Run it on made-up items when a worker loads it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(f"Name at least one of: {', '.join(self.fields)}.")
        return attrs


class ModelVersionDocument(Document):
    """A version of a model. It never changes."""

    model_id = serializers.CharField(help_text="Its name in metadata.model_id")
    version = serializers.CharField()
    runtime = serializers.CharField()
    input_fit = serializers.ChoiceField(choices=InputFit.choices)
    size = serializers.IntegerField(help_text="Bytes of the file")
    sha256 = serializers.CharField()
    signature = serializers.DictField(help_text="Inputs and outputs: name, type, shape")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)


class ModelDocument(Document):
    """A model, how items are batched for it, and its versions, the newest first."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    is_default = serializers.BooleanField(help_text="Takes the submissions that name no model")
    default_version = serializers.CharField(allow_null=True, help_text="What its bare name stands for")
    max_batch_size = serializers.IntegerField(allow_null=True, help_text="Null: the processor's")
    target_latency_ms = serializers.FloatField()
    warm_up = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    versions = ModelVersionDocument(many=True)


class ModelList(Document):
    """All models."""

    models = ModelDocument(many=True)
