"""A number as Cassandra sends it: its scale in 4 bytes, then the unscaled number in as few bytes as it takes.

Only of the scale that the column declares, or of any up to `LONGEST`; and only as far as 8 bytes hold the number.
"""

import re
from typing import LiteralString

from psycopg import sql

LONGEST = 9  # digits behind the point of a number in a column that declares none
WIDEST = 18  # and of one that does: of more, 8 bytes hold no whole part
_DECLARED = re.compile(r"numeric\(\d+,(\d+)\)")


def decimal(column: sql.Composable, declared: str, unfit: bytes) -> sql.Composable | None:
    """None for a column whose scale is out of reach. `declared`: its type as the server has it."""
    found = _DECLARED.fullmatch(declared)
    if found is None:
        return _of_any_scale(column, unfit)
    scale = int(found[1])
    if scale > WIDEST:
        return None
    return sql.SQL("CASE {} WHEN {c} IS NOT NULL THEN {unfit} END").format(
        _of_scale(column, scale), c=column, unfit=sql.Literal(unfit)
    )


def _of_any_scale(column: sql.Composable, unfit: bytes) -> sql.Composable:
    """By the scale that each number itself has."""
    cases = [
        sql.SQL("WHEN {scale} THEN CASE {sizes} ELSE {unfit} END").format(
            scale=sql.Literal(scale), sizes=_of_scale(column, scale), unfit=sql.Literal(unfit)
        )
        for scale in range(LONGEST + 1)
    ]
    return sql.SQL("CASE scale({c}) {cases} ELSE CASE WHEN {c} IS NOT NULL THEN {unfit} END END").format(
        c=column, cases=sql.SQL(" ").join(cases), unfit=sql.Literal(unfit)
    )


def _of_scale(column: sql.Composable, scale: int) -> sql.Composable:
    """A case for each number of bytes."""
    return sql.SQL(" ").join([_of_size(column, scale, size) for size in range(1, 9)])


def _of_size(column: sql.Composable, scale: int, size: int) -> sql.Composable:
    most = 1 << (8 * size - 1)
    return sql.SQL(_CASE).format(
        c=column,
        least=sql.SQL(_text(-most, scale)),
        most=sql.SQL(_text(most - 1, scale)),
        head=sql.Literal(scale.to_bytes(4, "big")),
        times=sql.SQL(str(10**scale)),
        place=sql.Literal(9 - size),
    )


def _text(unscaled: int, scale: int) -> LiteralString:
    """The number in digits."""
    digits = f"{abs(unscaled):0{scale + 1}d}"
    text = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"(-{text})" if unscaled < 0 else text


_CASE: LiteralString = (
    "WHEN {c} BETWEEN {least} AND {most} THEN {head}::bytea || substring(int8send(({c} * {times})::int8) FROM {place})"
)
