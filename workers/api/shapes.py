"""The ground of every answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Shown(BaseModel):
    """What a client gets, made of values that are right already."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        frozen=True,
        from_attributes=True,
        json_schema_serialization_defaults_required=True,
    )


class Success(Shown):
    """The body of an answer."""

    success: Literal[True] = True
