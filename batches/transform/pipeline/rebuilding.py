"""Items from columns."""

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

FEW = 64  # items for which making the builder costs more than it saves
MOST_FIELDS = 64

Builder = Callable[[list[list[Any]]], list[dict[str, Any]]]


def items_of(columns: dict[str, list[Any]], count: int) -> list[dict[str, Any]]:
    """`count` dicts with a value of each column."""
    if not columns:
        return [{} for _ in range(count)]
    if count < FEW or len(columns) > MOST_FIELDS:
        names = tuple(columns)
        return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return _builder(tuple(columns))(list(columns.values()))


@lru_cache(maxsize=256)
def _builder(names: tuple[str, ...]) -> Builder:
    """`lambda columns: [{"a": v0, "b": v1} for v0, v1 in zip(*columns)]`: less than half the time of dict(zip()).

    The names are constants of a syntax tree, never text that is parsed.
    """
    tree = ast.parse("lambda columns: [{} for each in zip(*columns)]", mode="eval")
    (made,) = [node for node in ast.walk(tree) if isinstance(node, ast.ListComp)]
    variables = [f"v{number}" for number in range(len(names))]
    made.elt = ast.Dict(
        keys=[ast.Constant(name) for name in names], values=[ast.Name(one, ast.Load()) for one in variables]
    )
    made.generators[0].target = ast.Tuple([ast.Name(one, ast.Store()) for one in variables], ast.Store())
    builder: Builder = eval(compile(ast.fix_missing_locations(tree), "<items>", "eval"), {"zip": zip})  # noqa: S307
    return builder
