"""Steps in bodies, and how they stand in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers

from batches.transform.pipeline.checking import MASKS, OPS
from batches.transform.pipeline.limits import MOST_STEPS
from project.api.shapes import Untitled, register

ANY = "PipelineStep"


class Steps(serializers.JSONField):
    """Steps, which the pipeline's own check reads: it names step and field."""


class StepsSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A list of `PipelineStep`, each kind under a name of its own."""

    target_class = Steps

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        kinds = []
        for model in (*OPS.values(), *MASKS.values()):
            name = f"{model.__name__}Step"
            register(auto_schema, name, model.model_json_schema(schema_generator=Untitled, by_alias=True))
            kinds.append(_reference(name))
        register(auto_schema, ANY, {"oneOf": kinds})
        return {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_STEPS,
            "items": _reference(ANY),
            "description": "What is done to an item, in this order",
        }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
