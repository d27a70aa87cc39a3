"""The functions of expressions."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from .limits import MOST_DIGITS
from .numbers import exactly, integer, number
from .operators import absolute, as_decimal, joined, require_numbers
from .refusals import Unfit
from .texts import text_of

NO_TEXT = "Only texts have letters"
BEYOND = "A count is out of range"


def _round(value: Any, places: Any = 0) -> Any:
    """Half to even, by the decimal that the number shows: 2.675 to two places is 2.68."""
    require_numbers(value, places)
    if type(places) is not int or not 0 <= places <= MOST_DIGITS:
        raise Unfit(BEYOND)
    rounded = _WIDE.quantize(as_decimal(value), Decimal(1).scaleb(-places))
    return rounded if type(value) is Decimal else type(value)(rounded)


def _numeric(choose: Callable[..., Any]) -> Callable[..., Any]:
    def chosen(*values: Any) -> Any:
        require_numbers(*values)
        return choose(*values)

    return chosen


def _of_text(convert: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: convert(_text(value))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Unfit(NO_TEXT)
    return value


def _substring(text: Any, start: Any, count: Any = None) -> str:
    """Letters from `start` on, counted from 0."""
    for place in (start, 0 if count is None else count):
        if type(place) is not int or place < 0:
            raise Unfit(BEYOND)
    return _text(text)[start : None if count is None else start + count]


def _decimal(value: Any) -> Decimal:
    return value if type(value) is Decimal else exactly(value)


def _string(value: Any) -> str:
    return format(value, "f") if type(value) is Decimal else text_of(value)


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


_WIDE = Context(prec=10 * MOST_DIGITS, rounding=ROUND_HALF_EVEN)

MANY = 100
_TABLE: Mapping[str, tuple[Callable[..., Any], int, int]] = {  # and how many arguments they take
    "abs": (absolute, 1, 1),
    "coalesce": (_first, 1, MANY),
    "concat": (lambda *values: joined(*map(_string, values)), 1, MANY),
    "contains": (lambda text, part: _text(part) in _text(text), 2, 2),
    "decimal": (_decimal, 1, 1),
    "ends_with": (lambda text, part: _text(text).endswith(_text(part)), 2, 2),
    "integer": (lambda value: integer(_string(value) if type(value) is Decimal else value), 1, 1),
    "length": (_of_text(len), 1, 1),
    "lower": (_of_text(str.lower), 1, 1),
    "max": (_numeric(max), 2, MANY),
    "min": (_numeric(min), 2, MANY),
    "number": (lambda value: float(value) if type(value) is Decimal else number(value), 1, 1),
    "round": (_round, 1, 2),
    "starts_with": (lambda text, part: _text(text).startswith(_text(part)), 2, 2),
    "string": (_string, 1, 1),
    "substring": (_substring, 2, 3),
    "trim": (_of_text(str.strip), 1, 1),
    "upper": (_of_text(str.upper), 1, 1),
}

FUNCTIONS: Mapping[str, Callable[..., Any]] = {name: entry[0] for name, entry in _TABLE.items()}


def check_count(name: str, count: int) -> None:
    """Raises ValueError when a call has too few or too many arguments."""
    _, least, most = _TABLE[name]
    if not least <= count <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise ValueError(f"{name} takes {wanted} arguments.")
