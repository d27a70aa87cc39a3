"""What a pipeline would make of some items, step by step. Nothing is stored."""

from collections.abc import Sequence
from typing import Any

from batches.transform.pipeline import Explained, explained
from batches.transform.pipeline.steps import Written
from batches.transform.pipeline.withheld import Names, withheld

HIDDEN = "***"


def tried(written: Sequence[Written], sensitive: Sequence[str], items: Sequence[Any]) -> list[dict[str, Any]]:
    """What became of each item, and what each step did to it; what a later step masks doesn't show before that.

    Raises as `explained`.
    """
    hidden = withheld(written, sensitive)
    return [_item(row, told, hidden) for row, told in enumerate(explained(written, items))]


def _item(row: int, told: Sequence[Explained], hidden: Sequence[Names]) -> dict[str, Any]:
    last = told[-1]
    error = last.error
    return {
        "row": row,
        "outcome": "error" if error else "filtered" if last.filtered else "result",
        "result": last.item,
        "field": error.field if error else None,
        "reason": error.reason if error else None,
        "steps": [_step(one, hidden[one.number + 1]) for one in told if one.op],
    }


def _step(one: Explained, hidden: Names) -> dict[str, Any]:
    shown = None if one.item is None else {name: HIDDEN if name in hidden else one.item[name] for name in one.item}
    return {"step": one.number, "op": one.op, "item": shown, "changed": one.changed}
