"""Canonical types of PostgreSQL's, by the name that the server gives them.

A column's type is named as `format_type` does, a domain by what it is made of, an enum as `enum schema.name`, a
composite as `composite schema.name(field type, ...)`.
"""

import re

from reconciliation.canonical import Type
from reconciliation.canonical.common import UncomparableType

ENUM, COMPOSITE = "enum ", "composite "
TEXTS = frozenset({"text", "character varying", "character", "name", "macaddr", "macaddr8"})
_PLAIN = {
    "boolean": Type("boolean"),
    "smallint": Type("integer", size=2),
    "integer": Type("integer", size=4),
    "bigint": Type("integer", size=8),
    "oid": Type("integer", size=8),
    "numeric": Type("decimal"),
    "real": Type("float", size=4),
    "double precision": Type("float", size=8),
    "bytea": Type("bytes"),
    "uuid": Type("uuid"),
    "date": Type("date"),
    "time without time zone": Type("time", unit="us"),
    "timestamp without time zone": Type("timestamp", unit="us"),
    "timestamp with time zone": Type("timestamp", unit="us"),
    "interval": Type("duration"),
    "inet": Type("inet"),
    "cidr": Type("inet"),
    "json": Type("json"),
    "jsonb": Type("json"),
    **{name: Type("text") for name in TEXTS},
}
_ARGUMENT = re.compile(r"\([\d,-]+\)")
_INTERVAL = re.compile(r"interval( (year|month|day|hour|minute|second)( to (month|hour|minute|second))?)?")
_UNFIT = frozenset({"character", "json", "jsonb"})  # padded, or a text in JSON where a document is meant


def types_of(name: str) -> Type:
    """The canonical type of PostgreSQL's type of this name. Raises `UncomparableType` for what has none."""
    if name.endswith("[]"):
        return Type("list", (types_of(name[:-2]),))
    if name.startswith(ENUM):
        return Type("text")
    if name.startswith(COMPOSITE):
        return _record(name)
    found = _PLAIN.get(plain(name))
    if found is None:
        raise UncomparableType(
            f"PostgreSQL's type {name} can't be compared exactly. Leave the column out of the mapping, or compare a "
            "view that casts it to another type."
        )
    return found


def plain(name: str) -> str:
    """The name without precision, length or the fields of an interval."""
    bare = _ARGUMENT.sub("", name)
    return "interval" if _INTERVAL.fullmatch(bare) else bare


def _record(name: str) -> Type:
    fields = list(_fields(name[name.index("(") + 1 : -1]))
    for field, inner in fields:
        if plain(inner) in _UNFIT:
            raise UncomparableType(
                f"The field {field} of {name} is {inner}, which can't be compared inside a composite. Compare a view "
                "that has it as a column of its own."
            )
    return Type("record", tuple(types_of(inner) for _, inner in fields), fields=tuple(field for field, _ in fields))


def _fields(text: str) -> list[tuple[str, str]]:
    """Name and type of each field of `name type, "other name" type(3,2), ...`."""
    found, depth, quoted, start = [], 0, False, 0
    for place, letter in enumerate(text + ","):
        quoted ^= letter == '"'
        depth += (letter == "(") - (letter == ")") if not quoted else 0
        if letter == "," and not depth and not quoted:
            found.append(_field(text[start:place].strip()))
            start = place + 1
    return found


def _field(text: str) -> tuple[str, str]:
    match = re.match(r'"((?:[^"]|"")*)" (.*)', text)
    if match:
        return match[1].replace('""', '"'), match[2]
    name, _, inner = text.partition(" ")
    return name, inner
