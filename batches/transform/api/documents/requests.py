"""What the transform API takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from batches.transform.states import OnError
from batches.transform.submission import BATCH_SIZE, MOST_ITEMS
from project.api.serializers import StrictSerializer

ITEMS = {
    "type": "array",
    "items": {"type": "object", "additionalProperties": True},
    "maxItems": MOST_ITEMS,
    "description": "The items, each an object",
}


@extend_schema_field(ITEMS)
class Items(serializers.Field[list[Any], Any, list[Any], Any]):
    """A list, whose items the pipeline itself looks at: a serializer for each would take a hundred times as long."""

    default_error_messages = {
        "not_a_list": "Expected a list of items.",
        "max_length": f"Has {{count}} items; at most {MOST_ITEMS} are taken at once. Send several batches.",
    }

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if len(data) > MOST_ITEMS:
            self.fail("max_length", count=len(data))
        return data


class TransformRequest(StrictSerializer):
    """Items to transform, and how."""

    data = Items()  # type: ignore[assignment]  # a member of the body
    batch_size = serializers.IntegerField(
        min_value=1, max_value=MOST_ITEMS, default=BATCH_SIZE, help_text="Items that are worked on together"
    )
    parallel = serializers.BooleanField(default=True, help_text="Whether parts may be worked on at the same time")
    pipeline = serializers.CharField(required=False, help_text="Name of a pipeline; the default one without")
    on_error = serializers.ChoiceField(
        choices=OnError.choices,
        default=OnError.FAIL,
        help_text="`fail`: a bad item fails the batch and nothing is applied; `skip`: it is left out and listed",
    )
