"""What a mapping and the table's schema together say: statements, types, how keys are turned to and fro."""

from dataclasses import dataclass

from reconciliation.canonical import Compared
from reconciliation.canonical.common import UncomparableType, common
from reconciliation.canonical.notation import written
from reconciliation.definition import Definition
from reconciliation.sources.protocol import SchemaChanged

from .converting import Pages
from .keys import Keys, inverse
from .statements import LONG, Statements, statements
from .table import Table
from .types import canonical


@dataclass(frozen=True)
class Plan:
    """Made once per opened side."""

    statements: Statements
    rows: Pages
    key_rows: Pages
    keys: Keys
    key_width: int

    @property
    def width(self) -> int:
        return len(self.statements.columns)


def plan(definition: Definition, table: Table) -> Plan:
    """Raises `SchemaChanged`, `InvalidRequest` and `UncomparableType` for what the mapping can't mean."""
    made = statements(table, definition.columns)
    for column in definition.columns:
        _check(column, table)
    key, types = definition.columns[: definition.keys], made.types
    inverses = tuple(inverse(column, cql) for column, cql in zip(key, types[: len(key)], strict=True))
    return Plan(
        statements=made,
        rows=_pages(made, definition.columns),
        key_rows=_pages(made, key),
        keys=Keys(inverses, tuple(map(made.keys.index, table.partition_key))),
        key_width=len(key),
    )


def _check(column: Compared, table: Table) -> None:
    """Whether values of the column's type are still what was agreed on, with values of the other side."""
    found = table.column(column.source)
    try:
        fits = common(canonical(found, column.type), column.type) == column.type
    except UncomparableType:
        fits = False
    if not fits:
        raise SchemaChanged(
            f"{table.place.connection}: {column.source} of {table.name} is {found.type} now, which isn't compared as "
            f"{written(column.type)}. Make the mapping anew."
        )


def _pages(made: Statements, columns: tuple[Compared, ...]) -> Pages:
    types = [LONG if place in made.ends else cql for place, cql in enumerate(made.types)]  # as `ends` leaves them
    return Pages([(cql, column.type, column.rule) for cql, column in zip(types, columns, strict=False)])
