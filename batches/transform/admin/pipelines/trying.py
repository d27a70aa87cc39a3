"""What a pipeline makes of pasted items, step by step, without what is masked later."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from batches.transform.admin.pipelines.words import words
from batches.transform.pipeline import Explained, explained
from batches.transform.pipeline.steps import Written
from batches.transform.pipeline.withheld import Names, withheld

LONGEST_VALUE = 300  # characters that are shown of one


@dataclass(frozen=True)
class Value:
    """A value as JSON; none where a later step masks it."""

    text: str | None


@dataclass(frozen=True)
class Change:
    """What a step did to a field. No value: the field wasn't there, or isn't any more."""

    field: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True)
class Effect:
    """What a step did to an item: changes, or its end."""

    number: int
    op: str
    words: str
    changes: list[Change]
    end: str


@dataclass(frozen=True)
class Tried:
    """What became of an item."""

    row: int
    outcome: str
    field: str | None
    reason: str | None
    result: dict[str, Any] | None
    effects: list[Effect]


def tried(written: Sequence[Written], sensitive: Sequence[str], items: Sequence[Any]) -> list[Tried]:
    """What became of each item. Raises as `explained`."""
    hidden = withheld(written, sensitive)
    found = zip(items, explained(written, items), strict=True)
    return [_item(row, item, told, written, hidden) for row, (item, told) in enumerate(found)]


def _item(row: int, item: Any, told: Sequence[Explained], written: Sequence[Written], hidden: Sequence[Names]) -> Tried:
    last = told[-1]
    effects = []
    before = item if isinstance(item, dict) else {}
    for one in told:
        if one.op:
            effects.append(_effect(one, words(written[one.number]), before, hidden[one.number : one.number + 2]))
            before = one.item or {}
    return Tried(
        row=row,
        outcome="error" if last.error else "filtered" if last.filtered else "result",
        field=last.error.field if last.error else None,
        reason=last.error.reason if last.error else None,
        result=last.item,
        effects=effects,
    )


def _effect(one: Explained, said: str, before: dict[str, Any], hidden: Sequence[Names]) -> Effect:
    if one.item is None:
        end = "filtered out" if one.error is None else f"{one.error.field or 'the item'}: {one.error.reason}"
        return Effect(one.number, one.op, said, [], end)
    then, now = hidden
    changes = [Change(name, _value(before, name, then), _value(one.item, name, now)) for name in one.changed]
    return Effect(one.number, one.op, said, changes, "")


def _value(item: dict[str, Any], name: str, hidden: Names) -> Value | None:
    if name not in item:
        return None
    if name in hidden:
        return Value(None)
    text = json.dumps(item[name], ensure_ascii=False, default=str)
    return Value(text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…")
