"""Columns of a key as they are compared: with each other, with bounds, with keys of the other side.

The order of a key must be the same on both sides. Numbers, uuids, dates have one order everywhere; texts are compared
by their bytes, which costs nothing where the column's collation does so itself. Elsewhere an index
`(column COLLATE "C")` makes ranges cheap again.
"""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from project.api.errors import InvalidRequest
from reconciliation.canonical import Compared

from .schema import Field
from .types import plain

KEYS = frozenset(
    {"boolean", "integer", "decimal", "float", "text", "bytes", "uuid", "date", "time", "timestamp", "inet"}
)  # fmt: skip
SERVER_TEXTS = frozenset({"text", "character varying", "character"})
_CASTS: dict[str, LiteralString] = {
    "boolean": "boolean",
    "integer": "int8",  # wide enough for bounds of the other side; an index of narrower ones serves it
    "decimal": "numeric",
    "float": "float8",
    "text": "text",
    "bytes": "bytea",
    "uuid": "uuid",
    "date": "date",
    "time": "time",
    "inet": "inet",
}


@dataclass(frozen=True, kw_only=True)
class Operand:
    """One column of a key. `plain` has no collation of its own and is what equality takes."""

    name: str
    plain: sql.Composable
    cast: sql.SQL
    by_bytes: bool  # a text whose collation sorts otherwise

    @property
    def ordered(self) -> sql.Composable:
        return sql.SQL('{} COLLATE "C"').format(self.plain) if self.by_bytes else self.plain

    def literal(self, text: str) -> sql.Composable:
        return sql.SQL("{}::{}").format(sql.Literal(text), self.cast)


def operand(name: str, compared: Compared, field: Field) -> Operand:
    """How a column of the key is compared. Raises `InvalidRequest` for one that can't be a key."""
    type_ = compared.type
    if type_.name not in KEYS:
        raise InvalidRequest.field(f"columns.{name}", f"A {type_.name} can't be a key: choose other columns.")
    if compared.rule.given():
        raise InvalidRequest.field(f"columns.{name}.rule", "A key is compared exactly: leave its rule out.")
    server = plain(field.column.type)
    column = sql.Identifier(name)
    return Operand(
        name=name,
        plain=_plain(column, type_.name, server),
        cast=_cast(type_.name, server),
        by_bytes=type_.name == "text" and not field.byte_order,
    )


def whole_number(name: str) -> Operand:
    """A bigint such as the partition token."""
    return Operand(name=name, plain=sql.Identifier(name), cast=sql.SQL("int8"), by_bytes=False)


def _plain(column: sql.Composable, type_: str, server: str) -> sql.Composable:
    """The column itself, so that its index serves, unless it is of a type that compares otherwise."""
    if type_ == "text" and server not in SERVER_TEXTS:
        return sql.SQL("{}::text").format(column)
    if server == "oid":
        return sql.SQL("{}::int8").format(column)
    if type_ == "decimal" and server != "numeric":
        return sql.SQL("{}::text::numeric").format(column)
    return column


def _cast(type_: str, server: str) -> sql.SQL:
    if type_ == "timestamp":
        return sql.SQL("timestamptz" if server.endswith("with time zone") else "timestamp")
    return sql.SQL("bpchar" if server == "character" else _CASTS[type_])
