"""A mapping tried on a few rows, before it is saved or at any time. Nothing is saved."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from reconciliation.canonical.equal import differing
from reconciliation.definition import Definition
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import Bounds, Row, Side

ROWS = 10


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A pair of columns in one row, as both sides show it."""

    column: str
    source: Any
    target: Any
    equal: bool


@dataclass(frozen=True, kw_only=True)
class TriedRow:
    """One row of the source and its copy. `missing`: there is no copy."""

    cells: tuple[Cell, ...]
    missing: bool

    @property
    def equal(self) -> bool:
        return not self.missing and all(cell.equal for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of it. `source` and `target` are what the servers call themselves."""

    rows: tuple[TriedRow, ...]
    columns: tuple[str, ...]

    @property
    def equal(self) -> int:
        """Rows that are equal."""
        return sum(row.equal for row in self.rows)

    @property
    def differing(self) -> dict[str, int]:
        """How many rows differ in each column that differs at all, of those that have a copy."""
        counts: dict[str, int] = {}
        for row in self.rows:
            for cell in row.cells:
                if not cell.equal and not row.missing:
                    counts[cell.column] = counts.get(cell.column, 0) + 1
        return counts


def trial(definition: Definition, rows: int = ROWS) -> Trial:
    """The first rows of the source beside their copies. Raises `SourceError` and `SchemaChanged`."""
    with open_both(definition) as (source, target):
        found = _first(source, rows)
        keys = [tuple(value or b"" for value in row[: definition.keys]) for row in found]
        copies = target.fetch(keys)
        tried = [_tried(definition, source, target, row, copies.get(key)) for row, key in zip(found, keys, strict=True)]
    return Trial(rows=tuple(tried), columns=tuple(column.target for column in definition.columns))


def _first(source: Side, rows: int) -> list[Row]:
    found: list[Row] = []
    with closing(source.read(Bounds())) as pages:  # type: ignore[type-var]  # they are generators
        for page in pages:
            found += page[: rows - len(found)]
            if len(found) >= rows:
                break
    return found


def _tried(definition: Definition, source: Side, target: Side, row: Row, copy: Row | None) -> TriedRow:
    unequal = set(differing(definition, row, copy)) if copy is not None else set()
    left, right = source.shown(row), target.shown(copy) if copy is not None else {}
    cells = tuple(
        Cell(
            column=column.target,
            source=left.get(column.source),
            target=right.get(column.target),
            equal=copy is not None and column.target not in unequal,
        )
        for column in definition.columns
    )
    return TriedRow(cells=cells, missing=copy is None)
