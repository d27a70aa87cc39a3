"""What Cassandra tells of a value besides the value: when it was written, and when its time to live ends.

A mapping names it like a column of the source: `writetime(note)`, `maxwritetime(tags)`, `expires(note)`. A column that
is really called so is that column.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reconciliation.canonical.common import UncomparableType
from reconciliation.sources.protocol import Column

from .cql import Cql, identifier, parse

WRITETIME, MAXWRITETIME, EXPIRES, TTL = "writetime", "maxwritetime", "expires", "ttl"
FUNCTIONS = {WRITETIME: "WRITETIME", MAXWRITETIME: "MAXWRITETIME", EXPIRES: "TTL"}
SENT_AS = {WRITETIME: Cql("bigint"), MAXWRITETIME: Cql("bigint"), EXPIRES: Cql("int")}
"""What comes over the wire: microseconds since 1970, and the seconds left."""

_FORM = re.compile(rf"({WRITETIME}|{MAXWRITETIME}|{EXPIRES}|{TTL})\((.+)\)", re.DOTALL)


@dataclass(frozen=True)
class Told:
    """What is told of the value of a column."""

    function: str
    of: str

    @property
    def cql(self) -> str:
        return f"{FUNCTIONS[self.function]}({identifier(self.of)})"


def told(columns: Iterable[Column], name: str) -> Told | None:
    """What a name of the form means; None where it names a column, or nothing at all."""
    found = _FORM.fullmatch(name)
    names = {column.name for column in columns}
    if found is None or name in names or found[2] not in names:
        return None
    return Told(found[1], found[2])


def column(columns: Iterable[Column], name: str, *, newer: bool) -> Column | None:
    """What is told, as a column whose type is named like the function. `newer`: of Cassandra 5.

    Raises `UncomparableType` for what Cassandra doesn't tell, with what it does.
    """
    by_name = {one.name: one for one in columns}
    found = told(by_name.values(), name)
    if found is None:
        return None
    value = by_name[found.of]
    if refusal := _refusal(found, value, newer=newer):
        raise UncomparableType(f"{name}: {refusal}")
    return Column(name=name, type=found.function, static=value.static)


def cells(column: Column) -> bool:
    """Whether the column is a collection or record of cells of their own, each with a writetime and a time to live."""
    type_ = parse(column.type)
    return (type_.name in {"list", "set", "map"} or bool(type_.fields)) and not column.type.startswith("frozen<")


def _refusal(told: Told, value: Column, *, newer: bool) -> str:
    if told.function == TTL:
        return f"the seconds left shrink from read to read. Compare {EXPIRES}({told.of}), the moment when it ends."
    if value.partition is not None or value.clustering is not None:
        return f"{told.of} is part of the primary key, of which Cassandra keeps no times. Name another column."
    if value.counter:
        return f"{told.of} is a counter, whose writes are added up. Leave it out of the mapping."
    if told.function == MAXWRITETIME and not newer:
        return f"only Cassandra 5 tells it. Write {WRITETIME}({told.of}), or leave a collection's out of the mapping."
    if told.function != MAXWRITETIME and cells(value):
        return f"{told.of} has a time for each of its elements. {_of_cells(told, newer=newer)}"
    return ""


def _of_cells(told: Told, *, newer: bool) -> str:
    if told.function == WRITETIME and newer:
        return f"Write {MAXWRITETIME}({told.of}) for that of the latest."
    latest = " of Cassandra 4" if told.function == WRITETIME else ""
    return f"Leave it out of the mapping; a frozen collection{latest} has one."
