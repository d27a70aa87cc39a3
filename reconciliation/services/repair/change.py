"""The write itself: the row locked, compared with what was previewed, changed, read back, the source read once more."""

from typing import Any

from reconciliation.models import Repair
from reconciliation.services.fresh import Sides, paired
from reconciliation.services.repair import statements
from reconciliation.services.repair.exact import ruled
from reconciliation.services.repair.plan import Plan
from reconciliation.services.repair.spelling import spell
from reconciliation.services.repair.statements import Statement
from reconciliation.services.repair.writing import NotWritten, run, writing
from reconciliation.sources.postgres.side import PostgresSide


def change(plan: Plan, sides: Sides) -> None:
    """Carries out a plan, all or nothing. Raises `NotWritten` when either row isn't what the plan has."""
    target = sides.target
    assert isinstance(target, PostgresSide)
    with writing(target) as connection:
        held = run(connection, statements.lock(plan.definition, _key(plan, target)))
        if target.fetch([plan.pair.key]).get(plan.pair.key) != plan.pair.target:
            raise NotWritten("The target's row has changed since the preview. Look at it again.")
        if held != (plan.pair.target is not None):
            raise NotWritten(f"{held} rows of the target have this key. Make the key unique there.")
        if run(connection, _statement(plan, sides, target)) != 1:
            raise NotWritten("The target took the row without a word and kept nothing of it: a rule or trigger there.")
        _prove(plan, target)
        if sides.source.fetch([plan.pair.key]).get(plan.pair.key) != plan.pair.source:
            raise NotWritten("The source's row has changed meanwhile. Look at it again.")


def _statement(plan: Plan, sides: Sides, target: PostgresSide) -> Statement:
    key = _key(plan, target)
    if plan.action == Repair.Action.DELETE:
        return statements.delete(plan.definition, key)
    values = {**_values(plan, target), **_token(plan, sides)}
    if plan.action == Repair.Action.INSERT:
        return statements.insert(plan.definition, values)
    return statements.update(plan.definition, key, values)


def _prove(plan: Plan, target: PostgresSide) -> None:
    """The row as it would be committed equals the source's, by the mapping's own rules."""
    definition = plan.definition
    written = target.fetch([plan.pair.key]).get(plan.pair.key)
    judged = paired(definition, plan.pair.key, ruled(definition, plan.pair.source), ruled(definition, written))
    if judged.kind is not None:
        columns = ", ".join(judged.columns) or str(judged.kind)
        raise NotWritten(
            f"Read back, the row still differs ({columns}): the target's column or a trigger there changes what is "
            "written. Nothing was kept."
        )


def _values(plan: Plan, target: PostgresSide) -> dict[str, Any]:
    """What is written, by the target's column, as text that the column's type reads."""
    source, shape = plan.pair.source, target.shape()
    assert source is not None
    found = {}
    for column, value in zip(plan.definition.columns, source, strict=True):
        described = shape.column(column.target)
        if column.target in plan.written and described is not None:
            found[column.target] = spell(value, column.type, described.type)
    return found


def _token(plan: Plan, sides: Sides) -> dict[str, Any]:
    """The partition token of a new row, where the mapping keeps it in the target."""
    token_of = getattr(sides.source, "token_of", None)  # of sources that have tokens
    if token_of is None or not plan.definition.token_column or plan.action != Repair.Action.INSERT:
        return {}
    return {plan.definition.token_column: token_of(plan.pair.key)}


def _key(plan: Plan, target: PostgresSide) -> list[str | None]:
    shape = target.shape()
    columns = plan.definition.columns[: plan.definition.keys]
    described = [shape.column(column.target) for column in columns]
    return [
        spell(value, column.type, one.type if one else "")
        for value, column, one in zip(plan.pair.key, columns, described, strict=True)
    ]
