"""The CQL of one mapping: which columns, of which rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from project.api.errors import InvalidRequest
from reconciliation.canonical import Compared

from .cql import Cql, identifier
from .table import Table
from .told import EXPIRES

LONG, INT = Cql("bigint"), Cql("int")


@dataclass(frozen=True)
class Statements:
    """`distinct`: one row a partition, of a mapping that compares partition key and static columns only."""

    table: Table
    columns: tuple[Compared, ...]
    distinct: bool

    @property
    def keys(self) -> list[str]:
        return [column.source for column in self.columns if column.key]

    @property
    def values(self) -> list[str]:
        """The columns of the table that are compared, or of which something told is, without the key's."""
        names = [column.source for column in self.columns if not column.key]
        return list(dict.fromkeys(told.of if (told := self.table.told(name)) else name for name in names))

    @property
    def types(self) -> tuple[Cql, ...]:
        return tuple(self.table.type_of(column.source) for column in self.columns)

    @property
    def ends(self) -> tuple[int, ...]:
        """Places of the columns that come as the seconds left."""
        told = [self.table.told(column.source) for column in self.columns]
        return tuple(place for place, one in enumerate(told) if one and one.function == EXPIRES)

    @property
    def in_range(self) -> str:
        return self.table.in_range

    @property
    def by_key(self) -> str:
        return " AND ".join(f"{identifier(name)} = ?" for name in self.keys)

    @property
    def has_bare_partitions(self) -> bool:
        """Whether there may be partitions with static values and no row: each is read as a row without its key."""
        return not self.distinct and any(column.static for column in self.table.columns)

    def rows(self, where: str) -> str:
        return self._select(self._selected, where)

    def with_writetimes(self, where: str) -> str:
        return self._select([*self._selected, *self._told("MAXWRITETIME" if self.table.newer else "WRITETIME")], where)

    def writetimes(self, where: str) -> str:
        told = self._told("MAXWRITETIME" if self.table.newer else "WRITETIME")
        return self._select([*map(identifier, self.keys), *told], where)

    def lifetimes(self, where: str) -> str:
        return self._select([*map(identifier, self.keys), *self._told("TTL")], where)

    def key_rows(self, where: str) -> str:
        return self._select([identifier(name) for name in self.keys], where)

    def count(self) -> str:
        """Of rows, not of partitions that have none."""
        last = identifier(self.table.clustering[-1]) if self.has_bare_partitions else "*"
        return f"SELECT count({last}) FROM {self.table.name} WHERE {self.in_range}"  # noqa: S608 - identifiers are quoted

    @property
    def dated(self) -> list[str]:
        """Columns of which a writetime is known: before Cassandra 5 not of those that consist of cells."""
        return [
            name
            for name in self.values
            if not self.table.column(name).counter and (self.table.newer or not self.table.cells(name))
        ]

    @property
    def lifetime_types(self) -> tuple[Cql, ...]:
        """A lifetime per cell where a column consists of cells."""
        return tuple(Cql("list", (INT,)) if self.table.cells(name) else INT for name in self.dated)

    @property
    def key_types(self) -> tuple[Cql, ...]:
        return tuple(self.table.type_of(name) for name in self.keys)

    @property
    def _selected(self) -> list[str]:
        return [self.table.selected(column.source) for column in self.columns]

    def _told(self, function: str) -> list[str]:
        return [f"{function}({identifier(name)})" for name in self.dated]

    def _select(self, columns: Sequence[str], where: str) -> str:
        distinct = "DISTINCT " if self.distinct else ""
        return f"SELECT {distinct}{', '.join(columns)} FROM {self.table.name} WHERE {where}"  # noqa: S608 - as above


def statements(table: Table, columns: tuple[Compared, ...]) -> Statements:
    """Raises `SchemaChanged` for a column that is gone, `InvalidRequest` for a key that isn't the table's."""
    for column in columns:
        table.column(column.source)
    keys = {column.source for column in columns if column.key}
    whole = {*table.partition_key, *table.clustering}
    if keys == whole:
        return Statements(table, columns, distinct=False)
    static = all(table.column(column.source).static for column in columns if not column.key)
    if keys == set(table.partition_key) and static:
        return Statements(table, columns, distinct=True)
    raise InvalidRequest.field(
        "columns",
        f"The key of {table.name} is {', '.join([*table.partition_key, *table.clustering])}: mark these columns as the "
        "key, or only the partition key and compare static columns alone.",
    )
