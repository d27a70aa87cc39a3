"""What a file of mappings may say. Strict: a text isn't taken for a number, and no unknown name is passed over."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

Text = Annotated[str, Field(min_length=1)]


class Given(BaseModel):
    """What a file says."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ConnectionGiven(Given):
    """A connection, without its password."""

    name: Text
    kind: Text
    address: str = ""
    password_variable: str = ""
    options: dict[str, Any] = {}


class PlaceGiven(Given):
    """A table. `schema` is a keyspace or a schema."""

    connection: Text
    schema_: Text = Field(alias="schema")
    table: Text


class RuleGiven(Given):
    """How a pair of columns is compared."""

    unit: str | None = None
    absolute: float | None = None
    relative: float | None = None
    nfc: bool = False
    trim: bool = False
    empty_is_null: bool = False
    ignore: bool = False


class ColumnGiven(Given):
    """A pair of columns."""

    source: Text
    target: Text
    type: str | None = None
    key: bool = False
    rule: RuleGiven = RuleGiven()


class WindowGiven(Given):
    """Hours in which tables are not read."""

    from_: Text = Field(alias="from")
    to: Text
    zone: Text
    days: list[Text] | None = None

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _quoted(cls, given: Any) -> Any:
        if isinstance(given, int):  # YAML reads 18:00 as a number of base 60
            raise ValueError(f'write it in quotes: "{given // 60:02}:{given % 60:02}"')
        return given


class MappingGiven(Given):
    """A mapping. What is left out is the default; columns left out are proposed."""

    name: Text
    source: PlaceGiven
    target: PlaceGiven
    columns: list[ColumnGiven] | None = None
    timestamp_column: str = ""
    token_column: str = ""
    enabled: bool = True
    interval_minutes: int | None = None
    strategy: str = "CHECKSUM"
    warning_percent: float | None = None
    critical_percent: float | None = None
    lag_seconds: float = 5.0
    chunk_seconds: float = 0.5
    rows_per_second: int | None = None
    quiet_hours: list[WindowGiven] = []
    deletes_allowed: bool = False


class FileGiven(Given):
    """A whole file."""

    connections: list[ConnectionGiven] = []
    mappings: list[MappingGiven] = []
