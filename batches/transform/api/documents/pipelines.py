"""Bodies about pipelines."""

from typing import Any

from rest_framework import serializers

from batches.transform.pipeline.limits import LONGEST_NAME, MOST_FIELDS
from project.api.serializers import StrictSerializer

from .steps import Steps

Document = serializers.Serializer[Any]

NAME = r"^[a-z][a-z0-9_-]{0,62}$"
TRIED = 100  # items of one try-out


class Sensitive(serializers.ListField):
    """Names of fields of the items."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            child=serializers.CharField(max_length=LONGEST_NAME, trim_whitespace=False),
            max_length=MOST_FIELDS,
            help_text="Fields of the items that may leave masked only, under whatever name",
            **given,
        )


class Written(StrictSerializer):
    """The steps of a version."""

    steps = Steps()
    sensitive = Sensitive(default=list)
    note = serializers.CharField(max_length=1000, default="", allow_blank=True, help_text="What changed, and why")


class NewPipeline(Written):
    """A pipeline and its first version."""

    name = serializers.RegexField(NAME, help_text="Small letters, digits, hyphens and underscores")
    description = serializers.CharField(max_length=1000, default="", allow_blank=True)


class NewVersion(Written):
    """Other steps for a pipeline."""

    activate = serializers.BooleanField(default=False, help_text="Use it for the batches to come")


class PipelineChange(StrictSerializer):
    """What is to be otherwise; what is left out stays."""

    description = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    is_default = serializers.ChoiceField(
        choices=[True], required=False, help_text="Do the batches that name no pipeline, in place of the other one"
    )


class Nothing(StrictSerializer):
    """No member at all."""


class PipelineVersionDocument(Document):
    """A version."""

    pipeline = serializers.CharField()
    version = serializers.IntegerField(help_text="Counted from 1")
    active = serializers.BooleanField(help_text="New batches use it")
    steps = Steps(help_text="Salts are shown to those who may change pipelines")
    sensitive = Sensitive()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)


class PipelineDocument(Document):
    """A pipeline."""

    name = serializers.CharField()
    description = serializers.CharField()
    is_default = serializers.BooleanField(help_text="Does the batches that name no pipeline")
    active_version = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True)


class TryOut(StrictSerializer):
    """Items, and what to try on them: a pipeline, one of its versions, or steps that nobody has stored yet."""

    items = serializers.ListField(child=serializers.JSONField(allow_null=True), min_length=1, max_length=TRIED)
    pipeline = serializers.CharField(required=False, help_text="Name of a pipeline; the default one without")
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1, help_text="Of the pipeline")
    steps = Steps(required=False)
    sensitive = Sensitive(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "steps" in attrs and attrs.keys() & {"pipeline", "version"}:
            raise serializers.ValidationError({"steps": "Give steps, or a pipeline to try; not both."})
        if "sensitive" in attrs and "steps" not in attrs:
            raise serializers.ValidationError({"sensitive": "A pipeline has its own. Give steps with it."})
        return attrs


class TriedStep(Document):
    """What one step did."""

    step = serializers.IntegerField(help_text="Counted from 0")
    op = serializers.CharField()
    item = serializers.DictField(allow_null=True, help_text="After the step; null where it was the last for the item")
    changed = serializers.ListField(child=serializers.CharField(), help_text="Fields that the step touched")


class TriedItem(Document):
    """What became of an item."""

    row = serializers.IntegerField(help_text="Counted from 0")
    outcome = serializers.ChoiceField(choices=["result", "filtered", "error"])
    result = serializers.DictField(allow_null=True)
    field = serializers.CharField(allow_null=True, help_text="Of an error")
    reason = serializers.CharField(allow_null=True, help_text="Of an error; never the value")
    steps = TriedStep(many=True)


class Tried(Document):
    """What became of the items. Nothing is stored."""

    items = TriedItem(many=True)
