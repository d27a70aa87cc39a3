"""A step of a pipeline in words."""

import json
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from batches.transform.pipeline import masks, steps

CASES = {"upper": "in capitals", "lower": "in small letters", "title": "with a capital on each word"}
TYPES = {"integer": "a whole number", "string": "a text"}
MADE = {"uuid": "a new UUID", "now": "the moment of its transformation"}


@singledispatch
def words(step: steps.Written) -> str:
    """What the step does, without its salts and secrets."""
    return json.dumps(step.model_dump(exclude_unset=True), ensure_ascii=False)


@words.register
def _rename(step: steps.Rename) -> str:
    return ", ".join(f"{old} is renamed to {new}" for old, new in step.fields.items())


@words.register
def _cast(step: steps.Cast) -> str:
    options = {
        "scale": f"{step.scale} places" if step.scale is not None else "",
        "rounding": f"rounded {step.rounding.replace('_', ' ')}" if step.scale is not None else "",
        "format": f"written as {step.format}" if step.format else "",
        "zone": f"in {step.zone} where it says no zone" if step.to == "datetime" else "",
        "output_zone": f"shown in {step.output_zone}" if step.output_zone else "",
    }
    told = ", ".join(option for option in options.values() if option)
    return f"{step.field} becomes {TYPES.get(step.to, f'a {step.to}')}{f' ({told})' if told else ''}"


@words.register
def _default(step: steps.Default) -> str:
    value = MADE[step.generate] if step.generate else _shown(step.value)
    return f"{step.field} is {value} where it is absent or null"


@words.register
def _require(step: steps.Require) -> str:
    return f"{_listed(step.fields)} must be there and not be empty"


@words.register
def _trim(step: steps.Trim) -> str:
    return f"blanks around {_listed(step.fields)} go"


@words.register
def _case(step: steps.Case) -> str:
    return f"{_listed(step.fields)} {CASES[step.to]}"


@words.register
def _regex_replace(step: steps.RegexReplace) -> str:
    made = f"becomes {_shown(step.replacement)}" if step.replacement else "goes"
    return f"in {step.field} what matches {step.pattern} {made}{', in any case' if step.ignore_case else ''}"


@words.register
def _lookup(step: steps.Lookup) -> str:
    to = step.to or step.field
    default = f"else {_shown(step.default)}" if "default" in step.model_fields_set else "else the item is bad"
    return f"{to} is what a table of {len(step.table):,} has for {step.field}, {default}"


@words.register
def _drop(step: steps.Drop) -> str:
    if step.fields is not None:
        return f"{_listed(step.fields)} dropped"
    return f"all dropped except {_listed(step.keep or ())}"


@words.register
def _filter(step: steps.Filter) -> str:
    return f"only items stay for which {step.where}"


@words.register
def _compute(step: steps.Compute) -> str:
    return f"{step.field} = {step.expression}"


@words.register
def _email(step: masks.MaskEmail) -> str:
    return f"{step.field} keeps two letters and its domain: u***r@example.com"


@words.register
def _phone(step: masks.MaskPhone) -> str:
    return f"{step.field} keeps its last four digits: ***-0123"


@words.register
def _partial(step: masks.MaskPartial) -> str:
    return f"{step.field} keeps the first {step.first} and the last {step.last} characters"


@words.register
def _last(step: masks.MaskLast) -> str:
    return f"{step.field} keeps the last {step.keep} characters"


@words.register
def _hash(step: masks.MaskHash) -> str:
    return f"{step.field} becomes a salted SHA-256"


@words.register
def _pseudonym(step: masks.MaskPseudonym) -> str:
    scope = f" of scope {step.scope}" if step.scope else ""
    return f"{step.field} becomes a pseudonym{scope}, the same for equal values"


@words.register
def _redact(step: masks.MaskRedact) -> str:
    return f"{step.field} becomes {_shown(step.text)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
