"""The ground of every document from outside: camelCase names, strict types, and nothing that isn't declared."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

LARGEST_INT = 2**31 - 1


class Given(BaseModel):
    """What a client sends. A number isn't taken for a text nor a text for a number; unknown fields are refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("Write a moment as text, with its zone: 2025-02-01T06:00:00Z.")
    return value


def _in_utc(moment: datetime) -> datetime:
    # PostgreSQL knows no zone further than 16 hours away
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Use a year from 1 to 9999.") from None


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_utc), Field(strict=False)]
"""A moment in ISO 8601 with its zone, and nothing else that could be read as one."""

WHOLE = BeforeValidator(_whole)
"""Marks a whole number; JSON knows no difference between 2 and 2.0. Stands last, or the document loses the bounds."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=1000)]
Count = Annotated[int, Field(ge=1, le=LARGEST_INT), WHOLE]
