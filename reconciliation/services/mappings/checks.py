"""Whether two tables can be compared as a mapping says. Each refusal names the column and what mends it."""

from collections import Counter
from typing import Any

from psycopg import sql

from project.api.errors import ApiError, InvalidRequest
from reconciliation.canonical import Compared, Rule, Type
from reconciliation.canonical.common import UncomparableType
from reconciliation.canonical.notation import parse, written
from reconciliation.services.mappings.proposing import Pair, pair
from reconciliation.services.mappings.tables import Table
from reconciliation.sources.protocol import Column
from reconciliation.states import SourceKind

NUMBERS = frozenset({"integer", "decimal", "float"})
TIMES = frozenset({"timestamp", "time"})
UNITS = ("s", "ms", "us")
FITS: dict[str, frozenset[str]] = {
    "unit": TIMES, "absolute": NUMBERS | {"timestamp"}, "relative": NUMBERS,
    "nfc": frozenset({"text"}), "trim": frozenset({"text"}), "empty_is_null": frozenset({"text"}),
}  # fmt: skip
"""The types that a part of a rule is for."""


def checked(given: list[dict[str, Any]], key: list[str] | None, source: Table, target: Table) -> tuple[Compared, ...]:
    """The columns of a mapping with their types, the key's first and in the key's order.

    `key` is source columns; without it the columns that say so are the key, and where none does, the source's primary
    key. Raises `InvalidRequest` and `UncomparableType`, which name the column.
    """
    if not given:
        raise InvalidRequest.field("columns", "Give at least the columns of the key.")
    names = _key(given, key, source)
    _refuse_twice(given)
    columns = [_column(place, one, names, source, target) for place, one in enumerate(given)]
    by_name = {column.source: column for column in columns}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise InvalidRequest.field("key", f"{missing[0]} is not among the columns. Add it with its copy in the target.")
    _check_source_key(names, source)
    _check_target_key([by_name[name].target for name in names], target)
    order = {name: place for place, name in enumerate(names)}
    return tuple(sorted(columns, key=lambda column: order.get(column.source, len(order))))


def check_special(timestamp_column: str, token_column: str, source: Table, target: Table) -> None:
    """Raises `InvalidRequest` unless each is empty or what it has to be."""
    if timestamp_column:
        column = target.column(timestamp_column)
        if column is None or not target.is_timestamp(column):
            raise InvalidRequest.field("timestamp_column", f"{timestamp_column} is no timestamp of {target}.")
    if not token_column:
        return
    if not source.has_tokens:
        raise InvalidRequest.field("token_column", "Only a Cassandra source has partition tokens. Leave it empty.")
    column = target.column(token_column)
    if column is None or column.type != "bigint":
        raise InvalidRequest.field("token_column", f"{token_column} is no bigint of {target}. {ADD_TOKEN}")
    if not target.is_indexed(token_column):
        mend = _create_index(target, [token_column], unique=False)
        raise InvalidRequest.field("token_column", f"No index begins with {token_column}. Make one: {mend}")


ADD_TOKEN = "`manage.py mapping add-token` makes and fills one."  # noqa: S105  a hint


def _key(given: list[dict[str, Any]], key: list[str] | None, source: Table) -> list[str]:
    if key is not None:
        names = list(key)
    else:
        names = [column["source"] for column in given if column.get("key")] or list(source.primary_key)
    if not names:
        raise InvalidRequest.field("key", f"{source} has no primary key. Name columns that a unique index has.")
    return names


def _refuse_twice(given: list[dict[str, Any]]) -> None:
    for side in ("source", "target"):
        counts = Counter(column[side] for column in given)
        for place, column in enumerate(given):
            if counts[column[side]] > 1:
                raise InvalidRequest.field(f"columns[{place}].{side}", f"{column[side]} stands there twice.")


def _column(place: int, given: dict[str, Any], key: list[str], source: Table, target: Table) -> Compared:
    field = f"columns[{place}]"
    left = _found(f"{field}.source", given["source"], source)
    right = _found(f"{field}.target", given["target"], target)
    shared = _shared(field, pair(source, target, left, right))
    _check_type(field, given.get("type"), shared)
    is_key = given["source"] in key
    return Compared(
        source=given["source"],
        target=given["target"],
        type=shared,
        key=is_key,
        rule=_rule(f"{field}.rule", given.get("rule") or {}, shared, is_key),
    )


def _found(field: str, name: str, table: Table) -> Column:
    try:
        column = table.column(name)
    except UncomparableType as error:
        raise UncomparableType(error.message, details={"fields": {field: [error.message]}}) from error
    if column is None:
        raise InvalidRequest.field(field, f"{table} has no column {name}.")
    return column


def _shared(field: str, found: Pair) -> Type:
    """What the pair is compared as. Raises `UncomparableType` naming both columns."""
    if found.type is None:
        message = f"{found.source.name} and {found.target.name}: {found.refusal}"
        raise UncomparableType(message, details={"fields": {field: [found.refusal]}})
    return found.type


def _check_type(field: str, given: str | None, shared: Type) -> None:
    if given is not None and parse(given) != shared:
        raise InvalidRequest.field(
            f"{field}.type", f"These columns are compared as {written(shared)}, not as {given}. Leave the type out."
        )


def _rule(field: str, given: dict[str, Any], type_: Type, is_key: bool) -> Rule:
    unknown = given.keys() - vars(Rule()).keys()
    if unknown:
        raise InvalidRequest.field(field, f"{min(unknown)} is none of {', '.join(vars(Rule()))}.")
    rule = Rule.of(given)
    parts = rule.given()
    if is_key and parts:
        raise InvalidRequest.field(field, "A column of the key is compared exactly: rows are found by it.")
    for part in parts:
        if part in FITS and type_.name not in FITS[part]:
            raise InvalidRequest.field(
                f"{field}.{part}", f"It is for {', '.join(sorted(FITS[part]))}; this is {written(type_)}."
            )
    if rule.unit is not None and rule.unit not in UNITS:
        raise InvalidRequest.field(f"{field}.unit", f"{rule.unit!r} is none of {', '.join(UNITS)}.")
    for name, tolerance in (("absolute", rule.absolute), ("relative", rule.relative)):
        if tolerance is not None and not 0 <= tolerance < float("inf"):
            raise InvalidRequest.field(f"{field}.{name}", "Give a number that isn't negative.")
    return rule


def _check_source_key(names: list[str], source: Table) -> None:
    if frozenset(names) in source.unique_keys:
        return
    if source.place.kind == SourceKind.CASSANDRA:
        raise InvalidRequest.field("key", f"A row of {source} is identified by {', '.join(source.primary_key)}.")
    mend = _create_index(source, names, unique=True)
    raise InvalidRequest.field("key", f"{', '.join(names)} is no unique key of {source}. Make it one: {mend}")


def _check_target_key(names: list[str], target: Table) -> None:
    if frozenset(names) not in target.unique_keys:
        mend = _create_index(target, names, unique=True)
        raise InvalidRequest.field("key", f"{', '.join(names)} is no unique key of {target}. Make it one: {mend}")
    for name in names:
        column = target.column(name)
        if column is not None and column.nullable:
            table = sql.Identifier(target.place.schema, target.place.table).as_string()
            mend = f"ALTER TABLE {table} ALTER COLUMN {sql.Identifier(name).as_string()} SET NOT NULL"
            raise InvalidRequest.field("key", f"{name} of {target} may be NULL, no row is found by that: {mend}")


def _create_index(table: Table, columns: list[str], *, unique: bool) -> str:
    statement = sql.SQL("CREATE {unique}INDEX CONCURRENTLY ON {table} ({columns})").format(
        unique=sql.SQL("UNIQUE " if unique else ""),
        table=sql.Identifier(table.place.schema, table.place.table),
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in columns),
    )
    return statement.as_string()


def field_of(error: ApiError) -> str:
    """The field that an error names; empty where it names none."""
    fields = (error.details or {}).get("fields") or {}
    return next(iter(fields), "")
