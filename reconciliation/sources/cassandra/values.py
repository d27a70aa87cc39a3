"""Bytes of the wire as Python values that the canonical encoder takes, over the whole range of Cassandra's types."""

import math
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, partial
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from cassandra.marshal import vints_unpack

from .cql import Cql

Reader = Callable[[bytes], Any]
SIZES = {"bigint": 8, "counter": 8, "double": 8, "float": 4, "int": 4, "smallint": 2, "timestamp": 8, "timeuuid": 16,
         "tinyint": 1, "uuid": 16, "boolean": 1}  # fmt: skip
FIXED = {"bigint", "boolean", "double", "float", "int", "timestamp", "timeuuid", "uuid"}  # inside a vector
EMPTY_IS_VALUE = frozenset({"ascii", "blob", "text"})  # of the others nothing at all reads as null
EPOCH_DAY = 1 << 31


@cache
def reader(type_: Cql) -> Reader:
    """Reads values that are not null."""
    if type_.fields or type_.name == "tuple":
        return partial(_fields, [_part(one) for one in type_.of])
    if type_.name == "vector":
        size = SIZES[type_.of[0].name] if type_.of[0].name in FIXED else None
        return partial(_vector, _part(type_.of[0]), type_.dimension or 0, size)
    if type_.name == "map":
        key, content = type_.of
        return partial(_map, _part(key), _part(content))
    if type_.of:
        return partial(_list, _part(type_.of[0]))
    return SCALARS[type_.name]


def _part(type_: Cql) -> Callable[[bytes | None], Any]:
    read = reader(type_)
    if type_.name in EMPTY_IS_VALUE:
        return lambda value: None if value is None else read(value)
    return lambda value: read(value) if value else None


def integer(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def decimal(value: bytes) -> Decimal:
    """Scale in 4 bytes, then the digits as an integer of any length; exact, whatever decimal's context says."""
    sign, digits, _ = Decimal(integer(value[4:])).as_tuple()
    return Decimal((sign, digits, -integer(value[:4])))


def day(value: bytes) -> int:
    """Since 1970; on the wire unsigned, with 1970 in the middle."""
    return int.from_bytes(value, "big") - EPOCH_DAY


def duration(value: bytes) -> tuple[int, int, int]:
    """Months, days, microseconds; nanoseconds are cut off towards zero."""
    months, days, nano = vints_unpack(value)
    return months, days, int(math.copysign(1, nano)) * (abs(nano) // 1_000)


def items(value: bytes, place: int) -> Iterator[bytes | None]:
    """What is prefixed with its length, from `place` to the end; a negative length is null."""
    while place < len(value):
        length = integer(value[place : place + 4])
        place += 4
        yield value[place : place + length] if length >= 0 else None
        place += max(length, 0)


def _list(read: Reader, value: bytes) -> list[Any]:
    return [read(one) for one in items(value, 4)]  # type: ignore[arg-type]  # parts read null as well


def _map(key: Reader, content: Reader, value: bytes) -> list[tuple[Any, Any]]:
    """As pairs: a key may be what Python can't hash."""
    parts = list(items(value, 4))
    return [(key(one), content(other)) for one, other in zip(parts[::2], parts[1::2], strict=True)]  # type: ignore[arg-type]


def _fields(inner: list[Reader], value: bytes) -> list[Any]:
    """Those at the end that the value was written without are null."""
    found = [read(one) for read, one in zip(inner, items(value, 0), strict=False)]  # type: ignore[arg-type]
    return found + [None] * (len(inner) - len(found))


def _vector(read: Reader, dimension: int, size: int | None, value: bytes) -> list[Any]:
    """Elements of a fixed size stand side by side; others have their length in front, as an unsigned vint."""
    found, place = [], 0
    for _ in range(dimension):
        if size is None:
            length, place = _length(value, place)
        else:
            length = size
        found.append(read(value[place : place + length]))
        place += length
    return found


def _length(value: bytes, place: int) -> tuple[int, int]:
    """An unsigned vint and the place behind it: as many ones lead the first byte as bytes follow."""
    first = value[place]
    more = 8 - (first ^ 0xFF).bit_length()
    rest = value[place + 1 : place + 1 + more]
    return int.from_bytes(bytes([first & (0xFF >> more)]) + rest, "big"), place + 1 + more


SCALARS: dict[str, Reader] = {
    "ascii": bytes.decode,
    "bigint": integer,
    "blob": bytes,
    "boolean": lambda value: value != b"\x00",
    "counter": integer,
    "date": day,
    "decimal": decimal,
    "double": lambda value: struct.unpack(">d", value)[0],
    "duration": duration,
    "float": lambda value: struct.unpack(">f", value)[0],
    "inet": ip_address,
    "int": integer,
    "smallint": integer,
    "text": bytes.decode,
    "time": lambda value: integer(value) // 1_000,
    "timestamp": lambda value: integer(value) * 1_000,
    "timeuuid": lambda value: UUID(bytes=value),
    "tinyint": integer,
    "uuid": lambda value: UUID(bytes=value),
    "varint": integer,
}
