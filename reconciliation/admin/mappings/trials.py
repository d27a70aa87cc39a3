"""A trial as a page shows it: rows of the source, each value beside its copy where they differ."""

from dataclasses import dataclass
from typing import Any

from reconciliation.admin.mismatches.values import NO_ROW, Shown, difference, shown
from reconciliation.canonical import Compared
from reconciliation.canonical.notation import written
from reconciliation.services.mappings import Cell, Trial, TriedRow


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """One value; `target` where it differs from `source`."""

    column: str
    source: Shown
    target: Shown | None
    apart: str


def shown_trial(trial: Trial, columns: tuple[Compared, ...]) -> dict[str, Any]:
    """What came of it, in words and as a table."""
    types = {column.target: written(column.type) for column in columns}
    return {
        "columns": [{"name": column.target, "key": column.key} for column in columns],
        "rows": [
            {"row": row, "cells": [_cell(cell, row, types[cell.column]) for cell in row.cells]} for row in trial.rows
        ],
        "equal": trial.equal,
        "missing": sum(row.missing for row in trial.rows),
        "differing": sorted(trial.differing.items()),
    }


def rule_words(rule: dict[str, Any]) -> str:
    """A rule as the mapping has it: `absolute 0.01, trim`."""
    said = [name.replace("_", " ") if value is True else f"{name} {value}" for name, value in rule.items()]
    return ", ".join(said) or "exact"


def _cell(cell: Cell, row: TriedRow, type_name: str) -> ShownCell:
    source = shown(cell.source, type_name)
    if row.missing:
        return ShownCell(column=cell.column, source=source, target=NO_ROW, apart="")
    if cell.equal:
        return ShownCell(column=cell.column, source=source, target=None, apart="")
    target = shown(cell.target, type_name)
    return ShownCell(
        column=cell.column, source=source, target=target, apart=difference(cell.source, cell.target, type_name)
    )
