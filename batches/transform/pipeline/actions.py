"""What a step does to a frame."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from .frames import Column, Frame, Many, One
from .steps import Written


@dataclass(frozen=True)
class Action:
    """A compiled step."""

    op: str
    apply: Callable[[Frame], None]


def convert(op: str, fields: Iterable[str], one: One, many: Many | None = None) -> Action:
    """Replace the values of fields. Without `many`, equal texts are computed once."""
    names, columns = tuple(fields), many or remembering(one)

    def apply(frame: Frame) -> None:
        for name in names:
            frame.convert(name, one, columns)

    return Action(op, apply)


def remembering(one: One) -> Many:
    """A column in which each different text is computed once. What isn't text is not: 1, 1.0 and True are equal."""

    def many(column: Column) -> Column:
        known: dict[str, Any] = {}
        made = []
        for value in column:
            if type(value) is not str:
                made.append(one(value))
                continue
            if value not in known:
                known[value] = one(value)
            made.append(known[value])
        return made

    return many


def each(one: One) -> Many:
    """A column whose values are computed one by one: cheaper than looking them up."""
    return lambda column: [one(value) for value in column]


@singledispatch
def action(step: Written) -> Action:
    """The step as something that can be done to a frame."""
    raise NotImplementedError(type(step).__name__)
