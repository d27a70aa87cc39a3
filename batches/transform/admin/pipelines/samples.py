"""An item to begin with, made of what a pipeline's steps ask for."""

import json
from collections.abc import Sequence
from typing import Any

from batches.transform.pipeline import expressions, masks, steps

VALUES = {
    "integer": "42",
    "number": "100.50",
    "decimal": "100.50",
    "boolean": "true",
    "date": "2024-01-01",
    "datetime": "2024-01-01T00:00:00Z",
    "string": "text",
}
MASKED = {"email": "user@example.com", "phone": "555-0123"}
TEXT = "text"
NUMBER = 100  # what expressions mostly reckon with


def sample(written: Sequence[steps.Written]) -> str:
    """A JSON list with one item: each field that the steps read of items, under the name that it comes by."""
    values: dict[str, Any] = {}
    came: dict[str, str] = {}  # name at this step: name in the item; empty for what a step made
    for step in written:
        if isinstance(step, steps.Rename):
            for old, new in step.fields.items():
                came[new] = came.pop(old, old)
                values.setdefault(came[new], TEXT)
            continue
        for name, value in _read(step).items():
            origin = came.get(name, name)
            if origin and values.get(origin, TEXT) == TEXT:
                values[origin] = value
        for name in _made(step):
            came[name] = came.get(name, name if name in values else "")
    return json.dumps([values], indent=2, ensure_ascii=False)


def _read(step: steps.Written) -> dict[str, Any]:
    """The fields that a step reads, each with a value that it can take."""
    match step:
        case steps.Cast() if step.format is None:
            return {step.field: VALUES[step.to]}
        case masks.Mask():
            return {step.field: MASKED.get(getattr(step, "method", ""), TEXT)}
        case steps.Require() | steps.Trim() | steps.Case():
            return dict.fromkeys(step.fields, TEXT)
        case steps.RegexReplace():
            return {step.field: TEXT}
        case steps.Lookup():
            return {step.field: next(iter(step.table))}
        case steps.Filter():
            return dict.fromkeys(expressions.parse(step.where).fields, NUMBER)
        case steps.Compute():
            return dict.fromkeys(expressions.parse(step.expression).fields, NUMBER)
    return {}


def _made(step: steps.Written) -> list[str]:
    match step:
        case steps.Compute() | steps.Default():
            return [step.field]
        case steps.Lookup() if step.to:
            return [step.to]
    return []
