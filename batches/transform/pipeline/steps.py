"""The steps of a pipeline as they are written: `op` says which it is."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .limits import (
    LONGEST_EXPRESSION,
    LONGEST_NAME,
    LONGEST_PATTERN,
    LONGEST_REPLACEMENT,
    MOST_DIGITS,
    MOST_ENTRIES,
    MOST_FIELDS,
)

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Names = Annotated[list[Name], Field(min_length=1, max_length=MOST_FIELDS)]
Zone = Annotated[str, Field(max_length=64)]
Format = Annotated[str, Field(min_length=1, max_length=64)]
Scalar = str | int | float | bool | None


class Written(BaseModel):
    """A step as its author wrote it. Unknown members are refused: a misspelt option must not be read as its default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Rename(Written):
    """Fields get other names and keep their place. An item that has the new name already is bad."""

    op: Literal["rename"]
    fields: Annotated[dict[Name, Name], Field(min_length=1, max_length=MOST_FIELDS, description="Old name: new name")]

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if len(set(self.fields.values())) < len(self.fields):
            raise ValueError("Two fields would get the same name.")
        return self


class Cast(Written):
    """A value becomes one of this type; one that can't makes the item bad. Null stays."""

    op: Literal["cast"]
    field: Name
    to: Literal["integer", "number", "decimal", "boolean", "date", "datetime", "string"]
    scale: Annotated[int, Field(ge=0, le=MOST_DIGITS)] | None = Field(None, description="Places of a decimal")
    rounding: Literal["half_even", "half_up", "down"] = Field("half_even", description="Of a decimal with a scale")
    zone: Zone = Field("UTC", description="Of a datetime that says none", examples=["Asia/Jakarta"])
    output_zone: Zone | None = Field(None, description="To show datetimes in; none: as they came")
    format: Format | None = Field(None, description="strptime's, of dates and datetimes that aren't in ISO 8601")


class Default(Written):
    """A field that is absent or null gets a value: this one, or one that is made for the item."""

    op: Literal["default"]
    field: Name
    value: Any = None
    generate: Literal["uuid", "now"] | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        if ("value" in self.model_fields_set) == (self.generate is not None):
            raise ValueError("Give value or generate, one of them.")
        return self


class Require(Written):
    """An item in which one of these is absent, null or an empty text is bad."""

    op: Literal["require"]
    fields: Names


class Trim(Written):
    """Blanks around a text go."""

    op: Literal["trim"]
    fields: Names


class Case(Written):
    """Texts in capitals, in small letters, or with a capital on each word."""

    op: Literal["case"]
    fields: Names
    to: Literal["upper", "lower", "title"]


class RegexReplace(Written):
    """What matches in a text is replaced. RE2's syntax: no back-references."""

    op: Literal["regex_replace"]
    field: Name
    pattern: Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN)]
    replacement: Annotated[str, Field(max_length=LONGEST_REPLACEMENT, description=r"\1 is the first group")] = ""
    ignore_case: bool = False


class Lookup(Written):
    """A value becomes what the table has for it. One that is not in it gets the default, or makes the item bad."""

    op: Literal["lookup"]
    field: Name
    table: Annotated[dict[str, Scalar], Field(min_length=1, max_length=MOST_ENTRIES)]
    to: Name | None = Field(None, description="The field to write; none: the same")
    default: Scalar = None


class Drop(Written):
    """Fields go: these, or all except these."""

    op: Literal["drop"]
    fields: Names | None = None
    keep: Names | None = Field(None, alias="except")

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.fields is None) == (self.keep is None):
            raise ValueError("Give fields or except, one of them.")
        return self


class Filter(Written):
    """Items stay for which the condition is true. The others are counted as filtered."""

    op: Literal["filter"]
    where: Annotated[str, Field(min_length=1, max_length=LONGEST_EXPRESSION, examples=["amount > 0"])]


class Compute(Written):
    """A field gets the value of an expression."""

    op: Literal["compute"]
    field: Name
    expression: Annotated[str, Field(min_length=1, max_length=LONGEST_EXPRESSION, examples=["round(amount * 1.11, 2)"])]
