"""The columns of a mapping on one of its sides: how each is read, and how its values are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import sql

from reconciliation.canonical import Compared, Rule, Type
from reconciliation.canonical.common import UncomparableType, common
from reconciliation.canonical.decode import readable
from reconciliation.canonical.encode import Encoder
from reconciliation.canonical.expressions import Reading, reading
from reconciliation.definition import Definition, Place
from reconciliation.sources.protocol import Row, SchemaChanged

from .schema import Field, Table
from .types import plain, types_of

Which = Literal["source", "target"]


@dataclass(frozen=True, kw_only=True)
class Read:
    """One column: its name here, what it is compared as, and how it is read."""

    name: str
    compared: Compared
    field: Field
    reading: Reading

    @property
    def rule(self) -> Rule:
        return self.compared.rule


def columns(definition: Definition, which: Which, place: Place, table: Table) -> tuple[Read, ...]:
    """The mapping's columns in its order. Raises `SchemaChanged` for one that is gone or of another type."""
    return tuple(_column(getattr(compared, which), compared, place, table) for compared in definition.columns)


def _column(name: str, compared: Compared, place: Place, table: Table) -> Read:
    field = table.fields.get(name)
    if field is None:
        raise SchemaChanged(
            f"{place.connection}: {place.schema}.{place.table} has no column {name}. Correct the mapping, or add it."
        )
    if not _fits(types_of(field.column.type), compared.type):
        raise SchemaChanged(
            f"{place.connection}: {place.schema}.{place.table}.{name} is {field.column.type} now, which isn't compared "
            f"as {compared.type.name}. Make the mapping anew."
        )
    return Read(
        name=name,
        compared=compared,
        field=field,
        reading=reading(sql.Identifier(name), plain(field.column.type), compared.type, compared.rule),
    )


def _fits(own: Type, agreed: Type) -> bool:
    """Whether values of the column's type are still what was agreed on, with values of the other side."""
    try:
        return common(agreed, own) == agreed
    except UncomparableType:
        return False


def select(read: Sequence[Read]) -> sql.Composable:
    """The list of expressions of a SELECT."""
    return sql.SQL(", ").join([one.reading.expression for one in read])


def finisher(read: Sequence[Read]) -> Callable[[list[tuple[Any, ...]]], list[Row]]:
    """What makes canonical rows of a page as the server gave it: nothing, where SQL computed every value."""
    encoders = [(place, one.reading.encode) for place, one in enumerate(read) if one.reading.encode is not None]
    if not encoders:
        return lambda page: page
    return lambda page: [_finished(row, encoders) for row in page]


def _finished(row: tuple[Any, ...], encoders: list[tuple[int, Encoder]]) -> Row:
    values = list(row)
    for place, encode in encoders:
        if values[place] is not None:
            values[place] = encode(values[place])
    return tuple(values)


def shown(read: Sequence[Read], row: Row) -> dict[str, Any]:
    """The row by column name, as JSON has it."""
    return {one.name: readable(value, one.compared.type, one.rule) for one, value in zip(read, row, strict=True)}
