"""What the batch processor takes."""

import json
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from batches.processor.configuration import (
    DEFAULT_TIMEOUT_MS,
    LARGEST_BATCH,
    MAX_TIMEOUT_MS,
    MIN_TIMEOUT_MS,
)
from batches.processor.queries.analytics import KEPT, METRICS, MOST_STEPS
from batches.processor.states import Priority, Status
from project.api.serializers import StrictSerializer

from .items import Items
from .numbers import Flag, Number, Whole
from .periods import Names, Span

MOST_METADATA_BYTES = 16 * 1024
BATCH_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
ACTIVE = "active"
USUAL_PERIOD = timedelta(hours=1)


class SubmitRequest(StrictSerializer):
    """Items for a model, and how soon they are wanted."""

    data = Items()  # type: ignore[assignment]  # the metaclass takes it out of the class
    priority = serializers.ChoiceField(
        choices=Priority.choices,
        default=Priority.NORMAL,
        error_messages={"invalid_choice": f"Must be one of {', '.join(Priority.values)}."},
    )
    batch_id = serializers.RegexField(
        BATCH_ID,
        default=None,
        allow_null=True,
        help_text="A name of your own that no batch has; one is made by default",
        error_messages={"invalid": "Must be 1 to 64 letters, digits, dots, colons, hyphens or underscores."},
    )
    timeout_ms = Whole(
        min_value=MIN_TIMEOUT_MS,
        max_value=MAX_TIMEOUT_MS,
        default=DEFAULT_TIMEOUT_MS,
        help_text="From submission; what isn't done by then expires",
    )
    metadata = serializers.DictField(
        default=dict,
        allow_null=True,
        help_text="Kept with the batch, at most 16 KiB; `model_id` names the model, or a version of it",
    )

    def validate_metadata(self, value: dict[str, Any] | None) -> dict[str, Any]:
        size = len(json.dumps(value)) if value else 0
        if size > MOST_METADATA_BYTES:
            raise serializers.ValidationError(f"Is {size} bytes of JSON; at most {MOST_METADATA_BYTES} are kept.")
        return value or {}


class BatchFilter(StrictSerializer):
    """Which batches to list."""

    status = serializers.ChoiceField(
        choices=[ACTIVE, *Status.values], required=False, help_text="active: what has not ended"
    )


class PriorityWeights(StrictSerializer):
    """Heavier goes first among work of the same age."""

    critical = Number(min_value=0, max_value=1, required=False)
    high = Number(min_value=0, max_value=1, required=False)
    normal = Number(min_value=0, max_value=1, required=False)
    low = Number(min_value=0, max_value=1, required=False)


class ConfigureRequest(StrictSerializer):
    """What changes; the rest stays. Null goes back to the environment's value."""

    max_batch_size = Whole(
        min_value=1, max_value=LARGEST_BATCH, required=False, allow_null=True, help_text="Items of one run of a model"
    )
    max_wait_time_ms = Number(
        min_value=0,
        max_value=60_000,
        required=False,
        allow_null=True,
        help_text="How long a run that isn't full waits for more",
    )
    enable_dynamic_batching = Flag(required=False, allow_null=True, help_text="False: each item runs by itself")
    priority_weights = PriorityWeights(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs or attrs == {"priority_weights": {}}:
            raise serializers.ValidationError(f"Name at least one of: {', '.join(self.fields)}.")
        return attrs


class AnalyticsForm(StrictSerializer):
    """Which figures, and of which time."""

    period = Span(longest=KEPT, required=False, help_text="How far back: 1h by default, at most 14d")
    metrics = Names(
        known=METRICS, required=False, help_text=f"Separated by commas: {', '.join(METRICS)}. All by default"
    )
    step = Span(longest=KEPT, required=False, help_text="How long a step of the series is; by the period by default")
    model = serializers.CharField(required=False, help_text="A model, or a version as in model-v1.0; all by default")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = {"period": USUAL_PERIOD, "metrics": METRICS, **attrs}
        if "step" in wanted and wanted["period"] > wanted["step"] * MOST_STEPS:
            raise serializers.ValidationError({"step": f"Cuts the period into more than {MOST_STEPS} steps."})
        return wanted
