"""Predicates of ignore rules: conditions on the values of a row, of which all have to hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from project.api.errors import InvalidRequest
from reconciliation.canonical import Compared

ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda shown, value: bool(shown == value),
    "!=": lambda shown, value: bool(shown != value),
    "<": lambda shown, value: bool(shown < value),
    "<=": lambda shown, value: bool(shown <= value),
    ">": lambda shown, value: bool(shown > value),
    ">=": lambda shown, value: bool(shown >= value),
}
WITHOUT_VALUE = frozenset({"is_null", "not_null"})
OPERATORS = (*ORDERED, "in", "is_null", "not_null", "prefix")
NUMBERS = frozenset({"integer", "decimal", "float"})
MOST_CONDITIONS = 20


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition. `read` gives what is compared: a number, a moment, a text; None for what can't be read so."""

    source: str
    target: str
    operator: str
    value: Any
    read: Callable[[Any], Any]

    def holds(self, shown: Any) -> bool:
        """Whether the value fulfils it. NULL fulfils nothing but `is_null`."""
        if self.operator == "is_null":
            return shown is None
        if shown is None:
            return False
        if self.operator == "not_null":
            return True
        if self.operator == "prefix":
            return str(shown).startswith(self.value)
        found = self.read(shown)
        if found is None:
            return False
        return found in self.value if self.operator == "in" else ORDERED[self.operator](found, self.value)


def compiled(predicate: list[dict[str, Any]], columns: tuple[Compared, ...]) -> tuple[Condition, ...]:
    """The conditions of a predicate over a mapping's columns, which it names as the target does.

    Raises `InvalidRequest` naming the condition and what is wrong with it.
    """
    if not isinstance(predicate, list) or not predicate:
        raise InvalidRequest.field("predicate", "Give at least one condition: {column, operator, value}.")
    if len(predicate) > MOST_CONDITIONS:
        raise InvalidRequest.field("predicate", f"At most {MOST_CONDITIONS} conditions.")
    known = {column.target: column for column in columns}
    return tuple(_condition(f"predicate[{place}]", given, known) for place, given in enumerate(predicate))


def holds(
    conditions: tuple[Condition, ...], source: Mapping[str, Any] | None, target: Mapping[str, Any] | None
) -> bool:
    """Whether all conditions hold for the source's row, or all for the target's."""
    return _all(conditions, source, "source") or _all(conditions, target, "target")


def _all(conditions: tuple[Condition, ...], row: Mapping[str, Any] | None, side: str) -> bool:
    if row is None:
        return False
    return all(condition.holds(row.get(getattr(condition, side))) for condition in conditions)


def _condition(field: str, given: Any, known: Mapping[str, Compared]) -> Condition:
    if not isinstance(given, dict) or not {"column", "operator"} <= given.keys() <= {"column", "operator", "value"}:
        raise InvalidRequest.field(field, "A condition has the members column, operator and value.")
    column, operator, value = given["column"], given["operator"], given.get("value")
    if column not in known:
        raise InvalidRequest.field(f"{field}.column", f"{column!r} is none of {', '.join(known)}.")
    if operator not in OPERATORS:
        raise InvalidRequest.field(f"{field}.operator", f"{operator!r} is none of {' '.join(OPERATORS)}.")
    compared = known[column]
    reader = _reader(compared.type.name)
    return Condition(
        source=compared.source,
        target=compared.target,
        operator=operator,
        value=_value(f"{field}.value", compared, operator, value, reader),
        read=reader,
    )


def _value(field: str, column: Compared, operator: str, value: Any, read: Callable[[Any], Any]) -> Any:
    """The value as it is compared with."""
    if operator in WITHOUT_VALUE:
        if value is not None:
            raise InvalidRequest.field(field, f"{operator} takes no value.")
        return None
    if operator == "prefix":
        if not isinstance(value, str) or not value:
            raise InvalidRequest.field(field, "A prefix is a text that isn't empty.")
        return value
    if operator == "in":
        if not isinstance(value, list) or not value:
            raise InvalidRequest.field(field, "in takes a list that isn't empty.")
        return [_single(field, column, one, read) for one in value]
    return _single(field, column, value, read)


def _single(field: str, column: Compared, value: Any, read: Callable[[Any], Any]) -> Any:
    found = None if value is None else read(value)
    if found is None:
        hint = "; for NULL use is_null or not_null" if value is None else ""
        raise InvalidRequest.field(field, f"{value!r} is no {column.type.name}, as {column.target} is{hint}.")
    return found


def _reader(name: str) -> Callable[[Any], Any]:
    if name in NUMBERS:
        return _number
    return {"boolean": _boolean, "timestamp": _moment, "date": _date, "time": _time}.get(name, _text)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return None if number.is_nan() or isinstance(value, bool) else number


def _boolean(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _time(value: Any) -> time | None:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else str(value)
