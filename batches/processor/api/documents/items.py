"""The items of a submission: checked in one pass, since there may be a thousand in each of many requests."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from batches.processor.configuration import LARGEST_BATCH


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": LARGEST_BATCH,
        "items": {"type": "object", "additionalProperties": True},
        "description": "Items, each with its `input`. One that the model can't take fails alone, with its reason",
    }
)
class Items(serializers.Field[Any, Any, Any, Any]):
    """From 1 to 1000 JSON objects. What has to be in them is the model's to say, of each one apart."""

    default_error_messages = {
        "not_a_list": "Must be a list of items.",
        "empty": "Data cannot be empty.",
        "too_many": "Batch size cannot exceed {most} items; these are {count}.",
    }

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if not data:
            self.fail("empty")
        if len(data) > LARGEST_BATCH:
            self.fail("too_many", most=LARGEST_BATCH, count=len(data))
        others = (str(number) for number, item in enumerate(data) if not isinstance(item, dict))
        wrong = {number: ["Must be a JSON object."] for number in others}
        if wrong:
            raise serializers.ValidationError(wrong)
        return data
