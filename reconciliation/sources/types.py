"""Canonical types of a server's own."""

from reconciliation.canonical import Type
from reconciliation.states import SourceKind

from .postgres.types import types_of
from .protocol import Column


def canonical(kind: str, column: Column) -> Type:
    """What the values of a column are. Raises `UncomparableType` for what can't be compared with anything."""
    if kind == SourceKind.CASSANDRA:
        from .cassandra.types import canonical as of_cassandra

        return of_cassandra(column)
    return types_of(column.type)
