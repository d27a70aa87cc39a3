"""Which fields don't show while a pipeline is tried step by step: what is masked or dropped later as sensitive.

Two looks find them. Backward: what a mask takes, and what that was made of. Forward: what sensitive and masked fields
of the items were copied to.
"""

from collections.abc import Iterable, Sequence
from functools import singledispatch

from . import expressions, masks, steps
from .flow import Holders, after

Names = frozenset[str]


def withheld(written: Sequence[steps.Written], sensitive: Iterable[str]) -> list[Names]:
    """The fields that don't show before the first step, then those that don't after each step."""
    later = _masked_later(written)
    holders: Holders = {name: frozenset([name]) for name in later[0].union(sensitive)}
    found = [later[0] | holders.keys()]
    for step, names in zip(written, later[1:], strict=True):
        holders = after(step, holders)
        found.append(names | holders.keys())
    return found


def _masked_later(written: Sequence[steps.Written]) -> list[Names]:
    """The same by the masks that are still to come."""
    found: list[Names] = [frozenset()]
    for step in reversed(written):
        found.append(before(step, found[-1]))
    return found[::-1]


@singledispatch
def before(_step: steps.Written, names: Names) -> Names:
    """The fields that a step makes these of."""
    return names


@before.register
def _renamed(step: steps.Rename, names: Names) -> Names:
    olds = {new: old for old, new in step.fields.items()}
    stay = names - (olds.keys() & step.fields.keys())  # an item without the old name may have the new one already
    return stay | {olds[name] for name in names if name in olds}


@before.register
def _looked_up(step: steps.Lookup, names: Names) -> Names:
    return names | {step.field} if (step.to or step.field) in names else names


@before.register
def _computed(step: steps.Compute, names: Names) -> Names:
    if step.field not in names:
        return names
    return names - {step.field} | frozenset(expressions.parse(step.expression).fields)


@before.register
def _masked(step: masks.Mask, names: Names) -> Names:
    return names | {step.field}
