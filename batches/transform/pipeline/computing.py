"""Filter and compute on frames: items whose expression reads the same values are computed once."""

from collections.abc import Callable
from typing import Any

import orjson

from .expressions import parse
from .frames import Frame

CONDITION = "where"


def compute(field: str, source: str) -> Callable[[Frame], None]:
    """Sets a field to an expression's value."""
    expression = parse(source)

    def apply(frame: Frame) -> None:
        frame.fill(field, field, frame.values(expression.fields), once(expression.value()))

    return apply


def condition(source: str) -> Callable[[Frame], None]:
    """Keeps items for which an expression is true. An error names the first field that it reads."""
    expression = parse(source)
    named = expression.fields[0] if expression.fields else CONDITION

    def apply(frame: Frame) -> None:
        frame.test(named, frame.values(expression.fields), once(expression.condition()))

    return apply


def once(evaluate: Callable[[tuple[Any, ...]], Any]) -> Callable[[tuple[Any, ...]], Any]:
    """Evaluates equal values once. Equal is what JSON writes the same way: 1 and 1.0 and true are three."""
    known: dict[bytes, Any] = {}

    def remembered(values: tuple[Any, ...]) -> Any:
        try:
            key = orjson.dumps(values)
        except TypeError:  # an integer of more than 64 bits, half of a surrogate pair
            return evaluate(values)
        if key not in known:
            known[key] = evaluate(values)
        return known[key]

    return remembered
