"""What a pipeline would make of some items, step by step. Nothing is stored."""

from collections.abc import Sequence
from typing import Any

from batches.transform.pipeline import Compiled, Explained


def tried(compiled: Compiled, items: Sequence[Any]) -> list[dict[str, Any]]:
    """What became of each item, and what each step did to it."""
    return [_item(row, compiled.explain(item)) for row, item in enumerate(items)]


def _item(row: int, told: Sequence[Explained]) -> dict[str, Any]:
    last = told[-1]
    error = last.error
    outcome = "error" if error else "filtered" if last.filtered else "result"
    return {
        "row": row,
        "outcome": outcome,
        "result": last.item,
        "field": error.field if error else None,
        "reason": error.reason if error else None,
        "steps": [
            {"step": one.number, "op": one.op, "item": one.item, "changed": one.changed} for one in told if one.op
        ],
    }
