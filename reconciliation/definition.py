"""A mapping as plain values: what jobs, sources and commands work with, and what is stored with each job."""

from dataclasses import dataclass
from typing import Any, Self

from reconciliation.canonical import Compared, Rule
from reconciliation.canonical.notation import parse, written
from reconciliation.models import Connection, Mapping


@dataclass(frozen=True, kw_only=True)
class Place:
    """A table and how to get there."""

    connection: str
    kind: str
    address: str
    password_variable: str
    options: dict[str, Any]
    schema: str
    table: str

    @classmethod
    def of(cls, connection: Connection, schema: str, table: str) -> Self:
        return cls(
            connection=connection.name,
            kind=connection.kind,
            address=connection.address,
            password_variable=connection.password_variable,
            options=connection.options,
            schema=schema,
            table=table,
        )


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What is compared with what. `columns` have the key's first, in the key's order."""

    mapping_id: int
    name: str
    version: int
    source: Place
    target: Place
    columns: tuple[Compared, ...]
    timestamp_column: str  # empty: none
    token_column: str
    lag_seconds: float
    chunk_seconds: float
    rows_per_second: int | None

    @property
    def keys(self) -> int:
        """How many of the columns are the key."""
        return sum(column.key for column in self.columns)

    @classmethod
    def of(cls, mapping: Mapping) -> Self:
        return cls(
            mapping_id=mapping.pk,
            name=mapping.name,
            version=mapping.version,
            source=Place.of(mapping.source, mapping.source_schema, mapping.source_table),
            target=Place.of(mapping.target, mapping.target_schema, mapping.target_table),
            columns=columns(mapping.columns),
            timestamp_column=mapping.timestamp_column,
            token_column=mapping.token_column,
            lag_seconds=mapping.lag_seconds,
            chunk_seconds=mapping.chunk_seconds,
            rows_per_second=mapping.rows_per_second,
        )

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        places = {side: Place(**given[side]) for side in ("source", "target")}
        return cls(**{**given, **places, "columns": columns(given["columns"])})

    def to_json(self) -> dict[str, Any]:
        places = {side: dict(vars(getattr(self, side))) for side in ("source", "target")}
        return {**vars(self), **places, "columns": [column_json(column) for column in self.columns]}


def columns(given: list[dict[str, Any]]) -> tuple[Compared, ...]:
    """Columns as a mapping's row has them, the key's first."""
    read = [
        Compared(
            source=column["source"],
            target=column["target"],
            type=parse(column["type"]),
            key=column.get("key", False),
            rule=Rule.of(column.get("rule", {})),
        )
        for column in given
    ]
    return tuple(sorted(read, key=lambda column: not column.key))


def column_json(column: Compared) -> dict[str, Any]:
    """The inverse of `columns`, for one."""
    return {
        "source": column.source,
        "target": column.target,
        "type": written(column.type),
        "key": column.key,
        "rule": column.rule.given(),
    }
