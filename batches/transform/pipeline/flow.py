"""Where sensitive values go: renames take them along, copies make two of them, masks and drops end them."""

from collections.abc import Iterable, Sequence
from functools import singledispatch

from . import expressions, masks, steps

Holders = dict[str, frozenset[str]]
"""Fields that hold something sensitive, and of which fields of the items."""


def unmasked(written: Sequence[steps.Written], sensitive: Iterable[str]) -> list[tuple[str, str]]:
    """Sensitive fields that leave as they came, each with the name that it leaves under."""
    holders: Holders = {field: frozenset([field]) for field in sensitive}
    for step in written:
        holders = after(step, holders)
    return sorted((field, name) for name, fields in holders.items() for field in fields)


@singledispatch
def after(_step: steps.Written, holders: Holders) -> Holders:
    """Who holds what after a step. Most change values and move none; a changed value is sensitive still."""
    return holders


@after.register
def _renamed(step: steps.Rename, holders: Holders) -> Holders:
    return {step.fields.get(name, name): fields for name, fields in holders.items()}


@after.register
def _looked_up(step: steps.Lookup, holders: Holders) -> Holders:
    to = step.to or step.field
    return _with(holders, to, holders.get(step.field, frozenset()) | holders.get(to, frozenset()))


@after.register
def _computed(step: steps.Compute, holders: Holders) -> Holders:
    read = expressions.parse(step.expression).fields
    return _with(holders, step.field, frozenset().union(*(holders.get(name, frozenset()) for name in read)))


@after.register
def _masked(step: masks.Mask, holders: Holders) -> Holders:
    return _with(holders, step.field, frozenset())


@after.register
def _dropped(step: steps.Drop, holders: Holders) -> Holders:
    if step.fields is not None:
        return {name: fields for name, fields in holders.items() if name not in step.fields}
    return {name: fields for name, fields in holders.items() if name in (step.keep or ())}


def _with(holders: Holders, name: str, fields: frozenset[str]) -> Holders:
    others = {other: held for other, held in holders.items() if other != name}
    return {**others, name: fields} if fields else others
