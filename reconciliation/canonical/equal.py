"""Which columns of two rows differ, under the rules of a mapping."""

import math
import struct
from decimal import Decimal
from typing import TYPE_CHECKING

from .encode import unit
from .moments import PER_SECOND
from .types import Compared, Rule

if TYPE_CHECKING:
    from reconciliation.definition import Definition
    from reconciliation.sources.protocol import Row


def differing(definition: "Definition", source_row: "Row", target_row: "Row") -> tuple[str, ...]:
    """Names of the target's columns that differ; those that the mapping ignores never do."""
    return tuple(
        column.target
        for column, source, target in zip(definition.columns, source_row, target_row, strict=True)
        if source != target and not equal(column, source, target)
    )


def equal(column: Compared, source: bytes | None, target: bytes | None) -> bool:
    """Whether two values are equal under the column's rule."""
    if column.rule.ignore or source == target:
        return True
    if source is None or target is None or not column.rule.tolerant:
        return False
    return _near(column.rule, _number(column, source), _number(column, target))


def _number(column: Compared, value: bytes) -> Decimal | None:
    """A finite number, of a timestamp its seconds since 1970; None for all else."""
    match column.type.name:
        case "integer":
            return Decimal(int.from_bytes(value, "big", signed=True))
        case "decimal":
            number = Decimal(value.decode())
            return number if number.is_finite() else None
        case "float":
            (real,) = struct.unpack(">d" if len(value) == 8 else ">f", value)
            return Decimal(real) if math.isfinite(real) else None
        case "timestamp" if len(value) > 1:
            ticks = int.from_bytes(value, "big", signed=True)
            return Decimal(ticks) / PER_SECOND[unit(column.type, column.rule)]
    return None


def _near(rule: Rule, source: Decimal | None, target: Decimal | None) -> bool:
    if source is None or target is None:
        return False
    apart = abs(source - target)
    if rule.absolute is not None and apart <= Decimal(repr(rule.absolute)):
        return True
    return rule.relative is not None and apart <= Decimal(repr(rule.relative)) * max(abs(source), abs(target))
