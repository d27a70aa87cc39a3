"""How bodies stand in the OpenAPI document: pydantic models, and serializers that refuse unknown members."""

import re
from typing import Any

from drf_spectacular.contrib.pydantic import PydanticExtension
from drf_spectacular.drainage import warn
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction
from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema


class Untitled(GenerateJsonSchema):
    """A field's title would be its name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class PydanticBody(PydanticExtension):  # type: ignore[no-untyped-call]
    """What a model takes as a request and what it gives as a response, told apart."""

    target_class = "pydantic.BaseModel"
    match_subclasses = True
    priority = 1

    def get_name(self, auto_schema: AutoSchema, direction: str) -> str:
        """drf-spectacular adds `Request` to the name of a request."""
        name = str(self.target.__name__)
        _own(auto_schema, name, self.target)
        return name.removesuffix("Request") if direction == "request" else name

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        model: type[BaseModel] = self.target
        schema = model.model_json_schema(
            ref_template="#/components/schemas/{model}",
            mode="validation" if direction == "request" else "serialization",
            schema_generator=Untitled,
        )
        for name, part in schema.pop("$defs", {}).items():
            register(auto_schema, name, part)
        return schema


class StrictBody(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A strict serializer takes nothing that it doesn't declare."""

    target_class = "project.api.serializers.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]
        return {**schema, "additionalProperties": False}


def _own(auto_schema: AutoSchema, name: str, model: type[BaseModel]) -> None:
    """A part of another body that got its name there is this model; any other owner of the name gets a warning."""
    known = _known(auto_schema, _component(name))
    if known and isinstance(known.object, str):
        known.object = model


def register(auto_schema: AutoSchema, name: str, part: dict[str, Any]) -> None:
    """A part of bodies under a name of its own: `#/components/schemas/{name}`."""
    component = _component(name, part)
    known = _known(auto_schema, component)
    if not known:
        auto_schema.registry.register(component)
    elif known.schema != part:
        warn(f"Two different bodies have the name {name}. Rename one.")


def _component(name: str, part: dict[str, Any] | None = None) -> ResolvedComponent:
    return ResolvedComponent(name, ResolvedComponent.SCHEMA, part, object=name)  # type: ignore[no-untyped-call]


def _known(auto_schema: AutoSchema, component: ResolvedComponent) -> ResolvedComponent | None:
    try:
        return auto_schema.registry[component]
    except KeyError:
        return None


def forget_partial(body: Any) -> None:
    """drf-spectacular marks the body of a PATCH as partial. A model is a class, which would stay so: the next document
    in this process would name it, and what inherits from it, otherwise."""
    if isinstance(body, type) and issubclass(body, BaseModel) and "partial" in vars(body):
        delattr(body, "partial")


def may_be_absent(body: Any) -> bool:
    """Whether an endpoint with this request works without any body."""
    is_model = isinstance(body, type) and issubclass(body, BaseModel)
    return is_model and not any(field.is_required() for field in body.model_fields.values())


def name_as_the_contract(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing hook: under /api/distributed the names in addresses are camelCase as all others are."""
    paths = result.get("paths", {})
    for path in [path for path in paths if path.startswith("/api/distributed/")]:
        operations = paths.pop(path)
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["name"] = to_camel(parameter["name"])
        paths[re.sub(r"{(\w+)}", lambda place: f"{{{to_camel(place[1])}}}", path)] = operations
    result["paths"] = dict(sorted(paths.items()))
    return result
