"""What the values of a Cassandra column are compared as."""

from reconciliation.canonical import Type
from reconciliation.canonical.common import UncomparableType
from reconciliation.sources.protocol import Column

from .cql import Cql, parse
from .told import EXPIRES, MAXWRITETIME, WRITETIME

SCALARS = {
    "ascii": Type("text"),
    "bigint": Type("integer", size=8),
    "blob": Type("bytes"),
    "boolean": Type("boolean"),
    "counter": Type("integer", size=8),
    "date": Type("date"),
    "decimal": Type("decimal"),
    "double": Type("float", size=8),
    "duration": Type("duration"),
    "float": Type("float", size=4),
    "inet": Type("inet"),
    "int": Type("integer", size=4),
    "smallint": Type("integer", size=2),
    "text": Type("text"),
    "time": Type("time", unit="us"),
    "timestamp": Type("timestamp", unit="ms"),
    "timeuuid": Type("uuid"),
    "tinyint": Type("integer", size=1),
    "uuid": Type("uuid"),
    "varint": Type("decimal"),
}
TOLD = frozenset({WRITETIME, MAXWRITETIME, EXPIRES})
COLLECTIONS = {"list": 1, "set": 1, "map": 2}


def canonical(column: Column, beside: Type | None = None) -> Type:
    """The canonical type of a column. Raises `UncomparableType` naming the column and its type.

    `beside` is what it is compared with: a writetime is a moment, and beside a number its microseconds since 1970.
    """
    if column.type in TOLD:
        number = beside is not None and beside.name in {"integer", "decimal"} and column.type != EXPIRES
        return Type("integer", size=8) if number else Type("timestamp", unit="us")
    found = _canonical(parse(column.type))
    if found is None:
        raise UncomparableType(
            f"{column.name} is of Cassandra's type {column.type}, which nothing can be compared with exactly. "
            "Leave the column out of the mapping."
        )
    return found


def _canonical(type_: Cql) -> Type | None:
    if type_.name in SCALARS and not type_.of:
        return SCALARS[type_.name]
    inner = tuple(_canonical(one) for one in type_.of)
    known = tuple(one for one in inner if one is not None)
    if not inner or len(known) < len(inner):
        return None  # a custom class of the server, or an empty tuple
    if type_.fields:
        return Type("record", known, fields=type_.fields)
    if type_.name == "vector":
        return Type("list", known)
    if type_.name == "tuple" or len(known) == COLLECTIONS.get(type_.name):
        return Type(type_.name, known)
    return None
