"""Expressions over the fields of an item: arithmetic, comparison, conditions and a few functions.

simpleeval walks the syntax tree; nothing is handed to Python's own evaluation. What can't be bounded isn't there: no
attributes, no powers, no loops, no repetition of texts.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from project.postgres.texts import storable

from . import functions, operators
from .limits import INT_MAX, INT_MIN
from .numbers import OUT_OF_RANGE, as_text, number, within
from .refusals import Unfit
from .texts import UNSTORABLE

MOST_PARTS = 300  # nodes of the tree
DEEPEST = 30
MIXED = "The types of the values don't fit together"
NO_ZERO = "Division by zero"
NOT_BOOLEAN = "The condition is neither true nor false"

_PARTS = (
    ast.Expr, ast.Name, ast.Load, ast.Constant, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.And, ast.Or, ast.Compare,
    ast.IfExp, ast.Call, ast.List, ast.Tuple, *operators.OPERATORS,
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """An expression that was checked, and the fields that it reads."""

    source: str
    tree: ast.stmt
    fields: tuple[str, ...]

    def evaluator(self) -> Callable[[tuple[Any, ...]], Any]:
        """Evaluates for the values of `fields`; `Unfit` where there is no result. Not to be shared by threads."""
        walker = SimpleEval(operators=dict(operators.OPERATORS), functions=dict(functions.FUNCTIONS), names={})
        walker.nodes[ast.List] = walker.nodes[ast.Tuple] = lambda node: [walker._eval(part) for part in node.elts]

        def evaluate(values: tuple[Any, ...]) -> Any:
            walker.names = dict(zip(self.fields, values, strict=True))
            try:
                return walker.eval(self.source, previously_parsed=self.tree)
            except ZeroDivisionError:
                raise Unfit(NO_ZERO) from None
            except (TypeError, ValueError, ArithmeticError, InvalidExpression):
                raise Unfit(MIXED) from None

        return evaluate

    def condition(self) -> Callable[[tuple[Any, ...]], bool]:
        """The same for an expression that is true or false."""
        evaluate = self.evaluator()

        def decide(values: tuple[Any, ...]) -> bool:
            verdict = evaluate(values)
            if type(verdict) is not bool:
                raise Unfit(NOT_BOOLEAN)
            return verdict

        return decide

    def value(self) -> Callable[[tuple[Any, ...]], Any]:
        """The same for a value that JSON has: decimals become text."""
        evaluate = self.evaluator()
        return lambda values: _storable(evaluate(values))


def _storable(value: Any) -> Any:
    if type(value) is Decimal:
        return as_text(within(value))
    if type(value) is int and not INT_MIN <= value <= INT_MAX:
        raise Unfit(OUT_OF_RANGE)
    return number(value) if type(value) is float else value


def parse(source: str) -> Expression:
    """Check an expression. Raises ValueError with what is wrong, for its author."""
    try:
        (tree,) = ast.parse(source.strip(), mode="exec").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("This is not an expression.") from None
    found = list(ast.walk(tree))
    if not isinstance(tree, ast.Expr):
        raise ValueError("This is not an expression.")
    if len(found) > MOST_PARTS:
        raise ValueError(f"Longer than {MOST_PARTS} names, values and signs. Make several steps of it.")
    if _depth(tree) > DEEPEST:
        raise ValueError("Nested too deeply. Make several steps of it.")
    _check_parts(found)
    named = _Fields()
    return Expression(source, named.visit(tree), tuple(named.fields))


def _depth(tree: ast.AST) -> int:
    return 1 + max(map(_depth, ast.iter_child_nodes(tree)), default=0)


def _check_parts(found: list[ast.AST]) -> None:
    lists = _lists_to_search(found)
    for part in found:
        if not isinstance(part, _PARTS):
            raise ValueError(f"{_called(part)} isn't possible in an expression.")
        if isinstance(part, ast.List | ast.Tuple) and part not in lists:
            raise ValueError('A list can only stand after "in".')
        if isinstance(part, ast.Constant) and not isinstance(part.value, str | int | float | None):
            raise ValueError("Only texts, numbers, True, False and None can stand in an expression.")
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and not storable(part.value):
            raise ValueError(f"{UNSTORABLE} in a text or a name.")
        if isinstance(part, ast.Call):
            _check_call(part)


def _lists_to_search(found: list[ast.AST]) -> list[ast.AST]:
    compared = [part for part in found if isinstance(part, ast.Compare)]
    return [
        side
        for part in compared
        for sign, side in zip(part.ops, part.comparators, strict=True)
        if isinstance(sign, ast.In | ast.NotIn)
    ]


def _check_call(call: ast.Call) -> None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in {*functions.FUNCTIONS, "field"} or call.keywords:
        raise ValueError(
            f"Functions are {', '.join(sorted([*functions.FUNCTIONS, 'field']))}, without named arguments."
        )
    if name == "field" and not (
        len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    ):
        raise ValueError('field takes a name in quotes: field("unit price").')
    if name != "field":
        functions.check_count(name, len(call.args))


def _called(part: ast.AST) -> str:
    return _NAMES.get(type(part), type(part).__name__)


_NAMES: Mapping[type[ast.AST], str] = {
    ast.Attribute: "A point after a name", ast.Subscript: "An index", ast.Pow: "A power", ast.Lambda: "A function",
    ast.ListComp: "A loop", ast.GeneratorExp: "A loop", ast.JoinedStr: "A formatted text", ast.Starred: "A star",
    ast.Mod: "A remainder", ast.Dict: "An object", ast.NamedExpr: "An assignment",
}  # fmt: skip


class _Fields(ast.NodeTransformer):
    """Makes plain names of `field("unit price")`, and remembers which names are read."""

    def __init__(self) -> None:
        self.fields: dict[str, None] = {}

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "field" and isinstance(node.args[0], ast.Constant):
            return self.visit_Name(ast.Name(str(node.args[0].value), ast.Load()))
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        self.fields[node.id] = None
        return node
