"""A table as its cluster's schema describes it."""

from dataclasses import dataclass

from cassandra.cluster import Session

from reconciliation.canonical.common import UncomparableType
from reconciliation.definition import Place
from reconciliation.sources.protocol import Column, SchemaChanged, SourceError

from . import told
from .cql import Cql, identifier, parse

COLUMNS = """
SELECT column_name, kind, position, type, clustering_order FROM system_schema.columns
WHERE keyspace_name=%s AND table_name=%s
"""
TYPES = "SELECT type_name, field_names, field_types FROM system_schema.types WHERE keyspace_name=%s"
LOCAL = "SELECT release_version, partitioner, data_center FROM system.local"
MURMUR3 = "org.apache.cassandra.dht.Murmur3Partitioner"


@dataclass(frozen=True)
class Table:
    """Columns in the order of their names; those of the primary key know their place in it."""

    place: Place
    columns: tuple[Column, ...]
    descending: frozenset[str]  # clustering columns whose largest value comes first
    release: str
    data_center: str

    @property
    def name(self) -> str:
        """As CQL writes it."""
        return f"{identifier(self.place.schema)}.{identifier(self.place.table)}"

    @property
    def in_range(self) -> str:
        """Of the partition's token, to be bound to both ends of a range."""
        return f"{self.token} > ? AND {self.token} <= ?"

    @property
    def token(self) -> str:
        return f"token({', '.join(map(identifier, self.partition_key))})"

    @property
    def partition_key(self) -> list[str]:
        found = sorted((column.partition, column.name) for column in self.columns if column.partition is not None)
        return [name for _, name in found]

    @property
    def clustering(self) -> list[str]:
        found = sorted((column.clustering, column.name) for column in self.columns if column.clustering is not None)
        return [name for _, name in found]

    @property
    def newer(self) -> bool:
        """Whether it is Cassandra 5, which tells writetimes of collections too."""
        return int(self.release.split(".", maxsplit=1)[0]) >= 5

    def column(self, name: str) -> Column:
        """A column, or what is told of one. Raises `SchemaChanged` when it is gone, or can't be told any more."""
        found = next((column for column in self.columns if column.name == name), None)
        try:
            found = found or told.column(self.columns, name, newer=self.newer)
        except UncomparableType as error:
            raise SchemaChanged(f"{self._words}: {error.message}") from error
        if found is None:
            raise SchemaChanged(f"{self._words} has no column {name}. Correct the mapping.")
        return found

    def type_of(self, name: str) -> Cql:
        """What comes over the wire."""
        type_ = self.column(name).type
        return told.SENT_AS.get(type_) or parse(type_)

    def told(self, name: str) -> told.Told | None:
        """What is told of a column, where that is what the name means."""
        return told.told(self.columns, name)

    def selected(self, name: str) -> str:
        """As CQL asks for it."""
        found = self.told(name)
        return found.cql if found else identifier(name)

    def cells(self, name: str) -> bool:
        """Whether the column consists of cells of their own, each with a writetime."""
        return told.cells(self.column(name))

    @property
    def _words(self) -> str:
        return f"{self.place.connection}: the table {self.place.schema}.{self.place.table}"


def described(session: Session, place: Place) -> Table:
    """Reads the schema. Raises `SchemaChanged` when there is no such table, `SourceError` for another partitioner."""
    release, partitioner, data_center = session.execute(LOCAL).one()
    if partitioner != MURMUR3:
        raise SourceError(
            f"{place.connection}: the cluster's partitioner is {partitioner.rpartition('.')[2]}; only "
            "Murmur3Partitioner can be read by ranges."
        )
    found = list(session.execute(COLUMNS, (place.schema, place.table)))
    if not found:
        raise SchemaChanged(
            f"{place.connection}: there is no table {place.schema}.{place.table}. Create it, or correct the mapping."
        )
    types = {
        name: dict(zip(fields, kinds, strict=True)) for name, fields, kinds in session.execute(TYPES, (place.schema,))
    }
    columns = [_column(*row[:-1], types=types) for row in sorted(found)]
    descending = frozenset(name for name, *_, order in found if order == "desc")
    return Table(place, tuple(columns), descending, release, data_center)


def _column(name: str, kind: str, position: int, type_: str, *, types: dict[str, dict[str, str]]) -> Column:
    key = kind in {"partition_key", "clustering"}
    full = str(parse(type_, types))
    return Column(
        name=name,
        type=f"frozen<{full}>" if type_.startswith("frozen<") else full,
        nullable=not key,
        partition=position if kind == "partition_key" else None,
        clustering=position if kind == "clustering" else None,
        static=kind == "static",
        counter=type_ == "counter",
    )
