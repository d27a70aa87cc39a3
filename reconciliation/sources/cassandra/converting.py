"""Pages of raw rows as canonical rows. What Cassandra sends is canonical already for most columns, and left alone."""

import struct
from collections.abc import Callable, Sequence
from typing import Any

from reconciliation.canonical import Rule, Type
from reconciliation.canonical.encode import encoder, unit
from reconciliation.canonical.scalars import NAN, NAN4, timestamp
from reconciliation.sources.protocol import Row, Value

from . import values
from .cql import Cql

Converter = Callable[[bytes], Value]
LONGEST = 60  # bytes of a number that goes the short way
SPAN = (1 << 63) // 1_000

_LONG = struct.Struct(">q")

_AS_SENT = {
    ("ascii", "text"), ("blob", "bytes"), ("boolean", "boolean"), ("inet", "inet"), ("text", "text"),
    ("timeuuid", "uuid"), ("uuid", "uuid"),
}  # fmt: skip
INTEGERS = frozenset({"bigint", "counter", "int", "smallint", "tinyint"})


def as_sent(cql: Cql, type_: Type, rule: Rule) -> bool:
    """Whether the wire's bytes are canonical."""
    if type_.name == "text":
        return cql.name in {"ascii", "text"} and not (rule.nfc or rule.trim or rule.empty_is_null)
    if type_.name == "integer":
        return cql.name in INTEGERS and values.SIZES[cql.name] == type_.size
    if type_.name == "timestamp":
        return (cql.name, unit(type_, rule)) in {("timestamp", "ms"), ("bigint", "us")}  # of a moment that is told
    return (cql.name, type_.name) in _AS_SENT


def converter(cql: Cql, type_: Type, rule: Rule) -> Converter:
    """From the wire's bytes to canonical ones, for values that are not null."""
    same = cql.name, type_.name
    if same == ("double", "float") and type_.size == 8:
        return lambda value: value if value[0] & 0x7F != 0x7F else _number(value, NAN)
    if same == ("float", "float") and type_.size == 4:
        return lambda value: value if value[0] & 0x7F != 0x7F else _number(value, NAN4)
    if same == ("date", "date"):
        return lambda value: bytes([value[0] ^ 0x80]) + value[1:]
    if same == ("decimal", "decimal"):
        return _decimal
    if same == ("timestamp", "timestamp") and unit(type_, rule) == "us":
        return _micro
    if type_.name == "integer" and cql.name in INTEGERS:
        return _wider((type_.size or 8) - values.SIZES[cql.name])
    return _general(cql, type_, rule)


def _number(value: bytes, nan: bytes) -> bytes:
    """One form for the many bit patterns that are no number; all others are left, infinity too."""
    (number,) = struct.unpack(">d" if len(value) == 8 else ">f", value)
    return value if number == number else nan


def _wider(by: int) -> Converter:
    positive, negative = b"\x00" * by, b"\xff" * by
    return lambda value: (negative if value[0] & 0x80 else positive) + value


def _micro(value: bytes) -> bytes:
    """Milliseconds as microseconds; the few million centuries that don't fit go the general way."""
    milli = values.integer(value)
    return _LONG.pack(milli * 1_000) if -SPAN < milli < SPAN else timestamp(milli * 1_000, "us")


def _decimal(value: bytes) -> bytes:
    scale = values.integer(value[:4])
    if not 0 <= scale <= LONGEST or len(value) > LONGEST:
        return encoder(Type("decimal"))(values.decimal(value)) or b""
    number = values.integer(value[4:])
    if not scale:
        return b"%d" % number
    digits = b"%0*d" % (scale + 1, abs(number))
    text = (digits[:-scale] + b"." + digits[-scale:]).rstrip(b"0").rstrip(b".")
    return b"-" + text if number < 0 else text


def _general(cql: Cql, type_: Type, rule: Rule) -> Converter:
    read, encode = values.reader(cql), encoder(type_, rule)
    return lambda value: encode(read(value))


class Pages:
    """Converts pages of the columns of one mapping."""

    def __init__(self, columns: Sequence[tuple[Cql, Type, Rule]]) -> None:
        self._converting: list[tuple[int, Converter, bool]] = []
        self._fixed: list[int] = []
        for place, (cql, type_, rule) in enumerate(columns):
            if not as_sent(cql, type_, rule):
                self._converting.append((place, converter(cql, type_, rule), cql.name in values.EMPTY_IS_VALUE))
            elif cql.name not in values.EMPTY_IS_VALUE:
                self._fixed.append(place)

    def canonical(self, rows: list[Any]) -> list[Row]:
        """The rows of a page; what stands behind the mapping's columns in a row is left as it is."""
        if not rows or not (self._converting or any(b"" in row for row in rows)):
            return rows
        columns: list[Sequence[Value]] = list(zip(*rows, strict=True))
        for place, convert, empty_is_value in self._converting:
            if empty_is_value:
                columns[place] = [None if value is None else convert(value) for value in columns[place]]
            else:
                columns[place] = [convert(value) if value else None for value in columns[place]]
        for place in self._fixed:
            if b"" in columns[place]:
                columns[place] = [value or None for value in columns[place]]
        return list(zip(*columns, strict=True))
