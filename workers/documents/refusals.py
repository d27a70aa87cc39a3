"""What pydantic says about a body, as the product's 400: each wrong field by its path, with what would be right."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from project.api.errors import InvalidRequest

NAMED_AT_MOST = 20  # a body of 100,000 wrong jobs needs no 100,000 reasons

Location = tuple[int | str, ...]


def refusal(error: ValidationError, document: Any, model: type[BaseModel]) -> InvalidRequest:
    """The 400. Names the first fields only when there are very many."""
    fields: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_input=False):
        name = _path(one["loc"], document)
        if len(fields) == NAMED_AT_MOST and name not in fields:
            break
        fields.setdefault(name, []).append(_reason(one, model))
    name, reasons = next(iter(fields.items()))
    if not name:
        return InvalidRequest(f"The body: {reasons[0]}")
    return InvalidRequest(f"{name}: {reasons[0]}", details={"fields": fields})


def _path(location: Location, document: Any) -> str:
    """`jobs.3.dependsOn.0`: the location as the client knows it, without the parts that name pydantic's choices."""
    names: list[str] = []
    place = document
    for part in location:
        if isinstance(place, dict):
            names.append(str(part))
            place = place.get(part)
        elif isinstance(place, list) and isinstance(part, int):
            names.append(str(part))
            place = place[part]
    return ".".join(names)


def _reason(error: ErrorDetails, model: type[BaseModel]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"Unknown field. Known are: {', '.join(_known(model, error['loc']))}."
        case "missing":
            return "This field is required."
        case "model_type" | "dict_type":
            return "Must be an object."
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case _:
            return f"{error['msg']}."


def _known(model: type[BaseModel], location: Location) -> list[str]:
    """The names that the object with the unknown field may have."""
    for part in location[:-1]:
        for name, field in model.model_fields.items():
            if part == (field.alias or name):
                model = _model_in(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
