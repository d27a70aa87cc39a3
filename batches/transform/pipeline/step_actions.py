"""Steps to closures: each kind has a function here that makes its action. Those that mask have their own module."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from . import moments, numbers, steps, texts
from .actions import Action, action, convert, each
from .computing import compute, condition
from .frames import Frame
from .refusals import Unfit

ALREADY_THERE = "The field is there already"
REQUIRED = "Required"


@action.register
def _rename(step: steps.Rename) -> Action:
    names = dict(step.fields)

    def apply(frame: Frame) -> None:
        renamed: dict[str, list[Any]] = {}
        for name, column in frame.columns.items():
            renamed[names.get(name, name)] = column
        if len(renamed) < len(frame.columns):
            stays = frame.columns.keys() - names.keys()
            taken = next(new for old, new in names.items() if old in frame.columns and new in stays)
            frame.refuse(taken, ALREADY_THERE)
        else:
            frame.columns = renamed

    return Action(step.op, apply)


@action.register
def _cast(step: steps.Cast) -> Action:
    field = [step.field]
    match step.to:
        case "number":
            return convert(step.op, field, numbers.number, numbers.numbers)
        case "integer":
            return convert(step.op, field, numbers.integer, each(numbers.integer))
        case "decimal":
            return convert(step.op, field, numbers.decimal(step.scale, step.rounding))
        case "boolean":
            return convert(step.op, field, texts.boolean)
        case "date":
            return convert(step.op, field, moments.day(step.format))
        case "datetime":
            one = moments.moment(step.format, step.zone, step.output_zone)
            plain = moments.stays(step.format, step.output_zone)
            return convert(step.op, field, one, moments.moments(one) if plain else None)
        case "string":
            return convert(step.op, field, texts.string, each(texts.string))


@action.register
def _default(step: steps.Default) -> Action:
    make = _maker(step)

    def apply(frame: Frame) -> None:
        column = frame.columns.get(step.field) or [None] * len(frame.rows)
        frame.columns[step.field] = [make() if value is None else value for value in column]

    return Action(step.op, apply)


def _maker(step: steps.Default) -> Callable[[], Any]:
    match step.generate:
        case "uuid":
            return lambda: str(uuid4())
        case "now":
            return lambda: datetime.now(UTC).isoformat().replace("+00:00", "Z")
        case None:
            return lambda: step.value


@action.register
def _require(step: steps.Require) -> Action:
    def present(value: Any) -> Any:
        if value is None or value == "":
            raise Unfit(REQUIRED)
        return value

    def apply(frame: Frame) -> None:
        for field in step.fields:
            column = frame.columns.get(field)
            if column is None:
                frame.refuse(field, REQUIRED)
            elif None in column or "" in column:
                frame.fill(field, field, column, present)

    return Action(step.op, apply)


@action.register
def _trim(step: steps.Trim) -> Action:
    one = texts.on_texts(str.strip)
    return convert(step.op, step.fields, one, each(one))


@action.register
def _case(step: steps.Case) -> Action:
    one = texts.on_texts({"upper": str.upper, "lower": str.lower, "title": str.title}[step.to])
    return convert(step.op, step.fields, one, each(one))


@action.register
def _regex_replace(step: steps.RegexReplace) -> Action:
    return convert(step.op, [step.field], texts.regex_replace(step.pattern, step.replacement, step.ignore_case))


@action.register
def _lookup(step: steps.Lookup) -> Action:
    one = texts.lookup(step.table, step.default, "default" in step.model_fields_set)
    to = step.to
    if to is None or to == step.field:
        return convert(step.op, [step.field], one, each(one))

    def apply(frame: Frame) -> None:
        if step.field in frame.columns:
            frame.fill(to, step.field, frame.columns[step.field], one)

    return Action(step.op, apply)


@action.register
def _drop(step: steps.Drop) -> Action:
    named, dropped = frozenset(step.fields or step.keep or ()), step.fields is not None

    def apply(frame: Frame) -> None:
        frame.columns = {name: column for name, column in frame.columns.items() if (name in named) is not dropped}

    return Action(step.op, apply)


@action.register
def _filter(step: steps.Filter) -> Action:
    return Action(step.op, condition(step.where))


@action.register
def _compute(step: steps.Compute) -> Action:
    return Action(step.op, compute(step.field, step.expression))
