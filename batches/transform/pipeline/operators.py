"""The operators of expressions: numbers with numbers, texts with texts. A decimal makes the result exact:
what has too many digits for that is an error, and only a division rounds, to MOST_DIGITS digits, half to even.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from typing import Any

from . import numbers
from .limits import LONGEST_TEXT, MOST_DIGITS
from .refusals import Unfit
from .texts import TOO_LONG

MISSING = "A value is missing"
NO_NUMBER = "Only numbers can be calculated with"

_EXACT = Context(prec=2 * MOST_DIGITS, traps=[Inexact, InvalidOperation])  # digits before the point and after it
_ROUNDED = Context(prec=MOST_DIGITS, rounding=ROUND_HALF_EVEN)
_NUMBERS = {int, float, Decimal}


def calculation(simple: Callable[[Any, Any], Any], exact: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., Any]:
    """An operator of two numbers; `exact` where one of them is a decimal."""

    def calculate(left: Any, right: Any) -> Any:
        require_numbers(left, right)
        if type(left) is Decimal or type(right) is Decimal:
            return _unrounded(exact, as_decimal(left), as_decimal(right))
        return simple(left, right)

    return calculate


def _unrounded(exact: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal) -> Decimal:
    try:
        return exact(left, right)
    except Inexact:
        raise Unfit(numbers.TOO_LONG) from None


def require_numbers(*values: Any) -> None:
    """Raises `Unfit` unless all are numbers; true and false are none."""
    for value in values:
        if type(value) not in _NUMBERS:
            raise Unfit(MISSING if value is None else NO_NUMBER)


def as_decimal(value: Any) -> Decimal:
    """The decimal that a number shows."""
    return Decimal(repr(value)) if type(value) is float else Decimal(value)


def joined(*texts: str) -> str:
    """The texts one after another, up to the length that any text may have."""
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise Unfit(TOO_LONG)
    return "".join(texts)


def _add(left: Any, right: Any) -> Any:
    return joined(left, right) if type(left) is str and type(right) is str else _sum(left, right)


def _negative(value: Any) -> Any:
    require_numbers(value)
    return value.copy_negate() if type(value) is Decimal else -value


def absolute(value: Any) -> Any:
    """Without its sign, and with all its digits."""
    require_numbers(value)
    return value.copy_abs() if type(value) is Decimal else abs(value)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def decide(left: Any, right: Any) -> bool:
        if not (type(left) is str and type(right) is str):
            require_numbers(left, right)
        return compare(left, right)

    return decide


def _within(value: Any, several: Any) -> bool:
    return value in several


_sum = calculation(operator.add, _EXACT.add)

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _add,
    ast.Sub: calculation(operator.sub, _EXACT.subtract),
    ast.Mult: calculation(operator.mul, _EXACT.multiply),
    ast.Div: calculation(operator.truediv, _ROUNDED.divide),
    ast.USub: _negative,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _within,
    ast.NotIn: lambda value, several: value not in several,
}
