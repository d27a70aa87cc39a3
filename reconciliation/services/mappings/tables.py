"""Both tables of a mapping, as their servers describe them: keys, indexes, types."""

from dataclasses import dataclass

from reconciliation.canonical import Type
from reconciliation.definition import Definition, Place
from reconciliation.services.mappings.settings import RUNNING
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import Column, Shape
from reconciliation.sources.types import canonical, told
from reconciliation.states import SourceKind


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that was read."""

    place: Place
    shape: Shape

    @property
    def has_tokens(self) -> bool:
        """Whether it is read by partition token."""
        return self.place.kind == SourceKind.CASSANDRA

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Its columns in their order: partition key, then clustering; empty where there is none."""
        partition = sorted((c.partition, c.name) for c in self.shape.columns if c.partition is not None)
        clustering = sorted((c.clustering, c.name) for c in self.shape.columns if c.clustering is not None)
        return tuple(name for _, name in [*partition, *clustering])

    @property
    def unique_keys(self) -> list[frozenset[str]]:
        """Sets of columns that no two rows share."""
        primary = [frozenset(self.primary_key)] if self.primary_key else []
        return [*primary, *(frozenset(columns) for columns in self.shape.details.get("unique", []))]

    def column(self, name: str) -> Column | None:
        """A column, or what is told of one. Raises `UncomparableType` for what can't be told."""
        return self.shape.column(name) or told(self.place.kind, self.shape, name)

    def type_of(self, column: Column, beside: Type | None = None) -> Type:
        """What its values are, beside those. Raises `UncomparableType` for what can't be compared with anything."""
        return canonical(self.place.kind, column, beside)

    def is_indexed(self, name: str) -> bool:
        """Whether an index begins with the column."""
        return name in self.shape.details.get("indexed", [])

    def can_hold_tokens(self, column: Column) -> bool:
        return column.type == "bigint" and self.is_indexed(column.name)

    def is_timestamp(self, column: Column) -> bool:
        return column.type.startswith("timestamp")

    def __str__(self) -> str:
        return f"{self.place.connection}:{self.place.schema}.{self.place.table}"


def bare(source: Place, target: Place) -> Definition:
    """A definition that names two tables and no columns yet, to read their shapes with."""
    return Definition(
        mapping_id=0,
        name="",
        version=0,
        source=source,
        target=target,
        columns=(),
        timestamp_column="",
        token_column="",
        lag_seconds=RUNNING["lag_seconds"],
        chunk_seconds=RUNNING["chunk_seconds"],
        rows_per_second=None,
    )


def both_tables(source: Place, target: Place) -> tuple[Table, Table]:
    """Both tables as they are now. Raises `SourceError` and `SchemaChanged`."""
    with open_both(bare(source, target)) as sides:
        left, right = (side.shape() for side in sides)
    return Table(place=source, shape=left), Table(place=target, shape=right)
