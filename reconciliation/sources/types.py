"""Canonical types of a server's own."""

from reconciliation.canonical import Type
from reconciliation.states import SourceKind

from .postgres.types import types_of
from .protocol import Column, Shape


def canonical(kind: str, column: Column, beside: Type | None = None) -> Type:
    """What the values of a column are. Raises `UncomparableType` for what can't be compared with anything.

    `beside`, what it is compared with, chooses where values can be taken as more than one type.
    """
    if kind == SourceKind.CASSANDRA:
        from .cassandra.types import canonical as of_cassandra

        return of_cassandra(column, beside)
    return types_of(column.type)


def told(kind: str, shape: Shape, name: str) -> Column | None:
    """What a server tells of a column, such as `writetime(note)`, where the name means that.

    Raises `UncomparableType` for what it doesn't tell.
    """
    if kind != SourceKind.CASSANDRA:
        return None
    from .cassandra import told as of_cassandra

    return of_cassandra.column(shape.columns, name, newer=shape.details["newer"])
