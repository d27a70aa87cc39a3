"""Canonical bytes of a value, compiled once per type and rule.

    boolean          1 byte
    integer(n)       n bytes, big-endian, two's complement
    decimal          digits: 1.1, -0.00001, 0, NaN, Infinity
    float(n)         n bytes, IEEE big-endian, one NaN
    text, bytes      UTF-8; as is
    uuid, inet       16 bytes; 4 or 16, and the network's length where it isn't a host
    date             4 bytes: days since 1970
    time, timestamp  8 bytes: ticks of the unit since midnight, since 1970 UTC; infinity 1 byte
    duration         microseconds, days, months in 8 + 4 + 4 bytes
    json             sorted, numbers as decimals
    list, set        count in 4 bytes, then each: length in 4 and bytes, or ffffffff for NULL; a set sorted by bytes
    map              count, then keys and values likewise, sorted by key
    tuple, record    each field: length and bytes, or ffffffff

These are, wherever possible, the bytes that Cassandra sends. An empty list, set or map that is a column's whole value
is NULL, because Cassandra has no such value; inside another value it is itself.
"""

import struct
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

from . import scalars
from .documents import bare, document
from .types import EXACT, Rule, Type

Encoder = Callable[[Any], bytes | None]

WHITE = (  # what Unicode calls White_Space
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
NULL = b"\xff\xff\xff\xff"
MISFIT = b"\xff\xff\xff\xfe"  # in front of JSON that isn't of a column's type: no length is that


def encode(value: Any, type_: Type, rule: Rule = EXACT) -> bytes | None:
    """The canonical form of a value as a driver gives it or as JSON spells it; None for NULL.

    Raises ValueError, TypeError or OverflowError for what can't be of the type.
    """
    return None if value is None else encoder(type_, rule)(value)


@cache
def encoder(type_: Type, rule: Rule = EXACT) -> Encoder:
    """`encode` for many values that are not None."""
    if type_.name == "text":
        return _text(rule)
    if type_.name in {"time", "timestamp"}:
        convert = scalars.timestamp if type_.name == "timestamp" else scalars.time_of_day
        return partial(convert, unit=unit(type_, rule))
    if type_.name in {"integer", "float"}:
        return partial(scalars.integer if type_.name == "integer" else scalars.real, size=type_.size or 8)
    if type_.name == "json":
        return document
    if type_.of:
        return _whole_column(_parts(type_, rule), empty_is_null=type_.name in {"list", "set", "map"})
    return scalars.PLAIN[type_.name]


def lenient(type_: Type, rule: Rule = EXACT) -> Encoder:
    """`encoder` for JSON that nothing guarantees to be of the type: what isn't equals only the same JSON."""
    convert = encoder(type_, rule)

    def attempt(value: Any) -> bytes | None:
        try:
            return convert(value)
        except (ValueError, TypeError, OverflowError, AttributeError):
            return MISFIT + bare(value)

    return attempt


def unit(type_: Type, rule: Rule) -> str:
    """At which unit times are compared."""
    return rule.unit or type_.unit or "us"


def _text(rule: Rule) -> Encoder:
    if not (rule.nfc or rule.trim or rule.empty_is_null):
        return lambda value: value if isinstance(value, bytes) else scalars.text(value).encode()

    def convert(value: Any) -> bytes | None:
        text = scalars.text(value)
        if rule.nfc:
            text = unicodedata.normalize("NFC", text)
        if rule.trim:
            text = text.strip(WHITE)
        return None if rule.empty_is_null and not text else text.encode()

    return convert


def _whole_column(convert: Callable[[Any], bytes], *, empty_is_null: bool) -> Encoder:
    """A collection with nothing in it is NULL at the top, and only there."""
    if not empty_is_null:
        return convert
    return lambda value: found if (found := convert(value)) != b"\x00\x00\x00\x00" else None


def _part(type_: Type, rule: Rule) -> Encoder:
    return _parts(type_, rule) if type_.of else encoder(type_, rule)


def _parts(type_: Type, rule: Rule) -> Callable[[Any], bytes]:
    inner = [_part(one, rule) for one in type_.of]
    if type_.name == "map":
        return partial(_map, inner[0], inner[1])
    if type_.name in {"list", "set"}:
        return partial(_list, inner[0], type_.name == "set")
    return partial(_record, inner, type_.fields)


def _list(convert: Encoder, in_order: bool, value: Any) -> bytes:
    items = [_sized(convert, one) for one in _several(value)]
    if in_order:
        items.sort(key=lambda item: item[4:])
    return struct.pack(">i", len(items)) + b"".join(items)


def _map(key: Encoder, content: Encoder, value: Any) -> bytes:
    members = value.items() if hasattr(value, "items") else _several(value)
    pairs = sorted((_sized(key, one), _sized(content, other)) for one, other in members)
    pairs.sort(key=lambda pair: pair[0][4:])
    return struct.pack(">i", len(pairs)) + b"".join(one + other for one, other in pairs)


def _record(inner: list[Encoder], names: tuple[str, ...], value: Any) -> bytes:
    """Fields by name or by place; those that Cassandra leaves out at the end are NULL."""
    if isinstance(value, Mapping):
        if not names or not set(value) <= set(names):
            raise ValueError(f"fields are {', '.join(names)}")
        values: list[Any] = [value.get(name) for name in names]
    else:
        values = list(_several(value))
    if len(values) > len(inner):
        raise ValueError(f"{len(values)} fields where there are {len(inner)}")
    values += [None] * (len(inner) - len(values))
    return b"".join(map(_sized, inner, values))


def _several(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping):
        raise TypeError(f"{value!r} is no collection")
    return value  # type: ignore[no-any-return]  # what can't be iterated says so itself


def _sized(convert: Encoder, value: Any) -> bytes:
    found = None if value is None else convert(value)
    return NULL if found is None else struct.pack(">i", len(found)) + found
