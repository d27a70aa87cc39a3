"""Casts to numbers. A text is read as JSON writes numbers: no blanks, no separators, no other digits."""

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from .frames import Column, One
from .limits import INT_MAX, INT_MIN, MOST_DIGITS
from .refusals import Unfit

NUMBER = "Invalid number format"
INTEGER = "Invalid integer format"
DECIMAL = "Invalid decimal format"
OUT_OF_RANGE = "Integer is out of range"
TOO_LONG = f"Decimal has more than {MOST_DIGITS} digits"

LONGEST_NUMBER = 100  # characters of a text that a decimal is made of
_SIGNS = "0123456789.+-eE"
_INTEGER_SIGNS = "0123456789+-"
_ROUNDINGS = {"half_even": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP, "down": ROUND_DOWN}


def number(value: Any) -> Any:
    """A double of a text; a number stays as it is."""
    if type(value) is str:
        if value.strip(_SIGNS):
            raise Unfit(NUMBER)
        try:
            value = float(value)
        except ValueError:
            raise Unfit(NUMBER) from None
    if type(value) is float:
        if math.isfinite(value):
            return value
    elif value is None or type(value) is int:
        return value
    raise Unfit(NUMBER)


def numbers(column: Column) -> Column:
    """The same of texts all at once: what no double is made of shows in the text of all together."""
    if "".join(column).encode("ascii").translate(None, _SIGNS.encode()):
        raise Unfit(NUMBER)
    made = list(map(float, column))
    if math.inf in made or -math.inf in made:
        raise Unfit(NUMBER)
    return made


def integer(value: Any) -> Any:
    """A whole number, also of a text or of a number without a fraction."""
    if value is None:
        return None
    if type(value) is str and not value.strip(_INTEGER_SIGNS) and len(value) <= MOST_DIGITS:
        try:
            value = int(value)
        except ValueError:
            raise Unfit(INTEGER) from None
    elif type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise Unfit(INTEGER)
    if not INT_MIN <= value <= INT_MAX:
        raise Unfit(OUT_OF_RANGE)
    return value


def decimal(scale: int | None, rounding: str) -> One:
    """A decimal as text, since a JSON number is a binary fraction for most who read it."""
    context = Context(prec=2 * MOST_DIGITS, rounding=_ROUNDINGS[rounding])
    places = None if scale is None else Decimal(1).scaleb(-scale)

    def convert(value: Any) -> Any:
        if value is None:
            return None
        exact = exactly(value)
        return as_text(exact if places is None else context.quantize(exact, places))

    return convert


def exactly(value: Any) -> Decimal:
    """The decimal that a text or a number shows. Raises `Unfit`."""
    if type(value) is str:
        if value.strip(_SIGNS) or len(value) > LONGEST_NUMBER:
            raise Unfit(DECIMAL)
    elif type(value) not in {int, float}:
        raise Unfit(DECIMAL)
    try:
        exact = Decimal(value) if type(value) is not float else Decimal(repr(value))
    except (InvalidOperation, ValueError):
        raise Unfit(DECIMAL) from None
    if not exact.is_finite():
        raise Unfit(DECIMAL)
    return within(exact)


def within(exact: Decimal) -> Decimal:
    """The decimal itself, unless it has too many digits."""
    exponent = exact.as_tuple().exponent
    if exact.adjusted() >= MOST_DIGITS or (isinstance(exponent, int) and exponent < -MOST_DIGITS):
        raise Unfit(TOO_LONG)
    return exact


def as_text(exact: Decimal) -> str:
    """Without an exponent, and no negative zero."""
    return format(abs(exact) if exact.is_zero() else exact, "f")
