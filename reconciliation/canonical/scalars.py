"""Values that have no parts, as canonical bytes.

A value is what a driver gives (`int`, `Decimal`, `datetime`, `UUID`, ...) or how JSON spells it (a text). What can't be
of the type raises `ValueError` or `TypeError`: the caller says which column.
"""

import math
import struct
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_interface
from typing import Any
from uuid import UUID

from . import moments

LONGEST = 150_000  # digits in front of the point, or behind it, that are written out; PostgreSQL has fewer
NAN = struct.pack(">d", math.nan)
NAN4 = struct.pack(">f", math.nan)
FOREVER = {"infinity": b"+", "-infinity": b"-"}  # of dates and timestamps: one byte, which no number has


def boolean(value: Any) -> bytes:
    if not isinstance(value, bool):
        word = str(value).lower()
        if word not in {"true", "false"}:
            raise ValueError(f"{value!r} is neither true nor false")
        value = word == "true"
    return b"\x01" if value else b"\x00"


def integer(value: Any, size: int) -> bytes:
    """Big-endian two's complement."""
    return whole(value).to_bytes(size, "big", signed=True)


def whole(value: Any) -> int:
    """A whole number: of an int, an integral decimal or its text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = exact(value)
    if number != number.to_integral_value():
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def exact(value: Any) -> Decimal:
    """A number as a decimal; of a float the shortest that reads back as it."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError(f"{value!r} is no number")
    try:
        return Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


def decimal(value: Any) -> bytes:
    """Plain digits without trailing zeros and exponent, as `trim_scale(x)::text` of PostgreSQL.

    Numbers too long for PostgreSQL keep an exponent: Cassandra's can have two thousand million zeros.
    """
    number = exact(value)
    sign, digits, exponent = number.as_tuple()
    if isinstance(exponent, str):
        return b"NaN" if number.is_nan() else b"-Infinity" if sign else b"Infinity"
    text = "".join(map(str, digits)).lstrip("0")
    short = text.rstrip("0")
    if not short:
        return b"0"
    exponent += len(text) - len(short)
    return (("-" if sign else "") + _plain(short, exponent)).encode()


def _plain(digits: str, exponent: int) -> str:
    if abs(exponent) > LONGEST:
        return f"{digits}e{exponent}"
    if exponent >= 0:
        return digits + "0" * exponent
    digits = digits.rjust(1 - exponent, "0")
    return f"{digits[:exponent]}.{digits[exponent:]}"


def real(value: Any, size: int) -> bytes:
    """IEEE big-endian with one NaN; -0.0 isn't 0.0."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError(f"{value!r} is no number")
    number = float(value)
    if number != number:
        return NAN if size == 8 else NAN4
    return struct.pack(">d" if size == 8 else ">f", number)


def binary(value: Any) -> bytes:
    if isinstance(value, str):
        if value[:2] not in {"\\x", "0x"}:
            raise ValueError("bytes are spelled \\x and hexadecimal digits")
        return bytes.fromhex(value[2:])
    return bytes(memoryview(value))


def uuid(value: Any) -> bytes:
    return value.bytes if isinstance(value, UUID) else UUID(str(value)).bytes


def day(value: date | int | str) -> bytes:
    """Days since 1970 in 4 bytes."""
    if isinstance(value, str) and value in FOREVER:
        return FOREVER[value]
    return moments.days(value).to_bytes(4, "big", signed=True)


def time_of_day(value: time | int | str, unit: str) -> bytes:
    """Since midnight, of microseconds when it is a number."""
    return ticks(moments.microseconds(value), unit)


def timestamp(value: datetime | int | str, unit: str) -> bytes:
    """Since 1970 UTC, of microseconds when it is a number."""
    if isinstance(value, str) and value in FOREVER:
        return FOREVER[value]
    return ticks(moments.instant(value), unit)


def ticks(micro: int, unit: str) -> bytes:
    """Microseconds at a unit, cut off towards the past, in 8 bytes; in 16 what only Cassandra can hold."""
    number = micro // (1_000_000 // moments.PER_SECOND[unit])
    return number.to_bytes(8 if -(1 << 63) <= number < 1 << 63 else 16, "big", signed=True)


def duration(value: Any) -> bytes:
    """Microseconds in 8 bytes, days in 4, months in 4, as PostgreSQL sends them. None is turned into another.

    Of (months, days, microseconds), of an object with months, days and nanoseconds, or of ISO 8601. Nanoseconds are
    cut off towards zero.
    """
    if isinstance(value, str):
        value = moments.duration(value)
    elif not isinstance(value, tuple | list):
        value = (value.months, value.days, int(math.copysign(abs(value.nanoseconds) // 1_000, value.nanoseconds)))
    months, days, micro = value
    return struct.pack(">qii", micro, days, months)


def inet(value: Any) -> bytes:
    """4 or 16 bytes of the address; one more with the length of the network where it isn't a single host."""
    if isinstance(value, IPv4Address | IPv6Address) and not isinstance(value, IPv4Interface | IPv6Interface):
        return value.packed
    found = ip_interface(value)
    length = found.network.prefixlen
    return found.packed if length == found.max_prefixlen else found.packed + bytes([length])


def text(value: Any) -> str:
    """As it is; bytes are UTF-8."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError(f"{value!r} is no text")


PLAIN: dict[str, Callable[[Any], bytes]] = {
    "boolean": boolean,
    "decimal": decimal,
    "bytes": binary,
    "uuid": uuid,
    "date": day,
    "duration": duration,
    "inet": inet,
}
