"""Canonical bytes as JSON spells their value: what people read, and how keys are given to a server."""

import hashlib
import json
import re
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, partial
from ipaddress import ip_address, ip_interface
from typing import Any
from uuid import UUID

from . import moments
from .documents import BROKEN
from .encode import MISFIT, unit
from .scalars import FOREVER, decimal
from .types import EXACT, Rule, Type

Decoder = Callable[[bytes], Any]

LONGEST_INTEGER = 4_000  # digits; Python reads and writes 4,300
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FOREVER = {form: word for word, form in FOREVER.items()}


def decode(value: bytes | None, type_: Type, rule: Rule = EXACT) -> Any:
    """The value as JSON has it, text where JSON has no such type; `encode` of it gives the same bytes again."""
    return None if value is None else decoder(type_, rule)(value)


def readable(value: bytes | None, type_: Type, rule: Rule = EXACT) -> Any:
    """`decode` for people: of bytes only their number and digest, and what PostgreSQL's JSON can't hold, NUL and halves
    of surrogate pairs, as a symbol."""
    return None if value is None else _storable(decoder(type_, rule, blobs=False)(value))


def _storable(found: Any) -> Any:
    if isinstance(found, str):
        return _UNSTORABLE.sub(lambda letter: "\u2400" if letter[0] == "\x00" else "\ufffd", found)
    if isinstance(found, list):
        return [_storable(one) for one in found]
    if isinstance(found, dict):
        return {_storable(name): _storable(one) for name, one in found.items()}
    return found


def spelled(value: bytes, type_: Type, rule: Rule = EXACT) -> str:
    """The value of a key as the text that PostgreSQL reads."""
    found = decode(value, type_, rule)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


@cache
def decoder(type_: Type, rule: Rule = EXACT, *, blobs: bool = True) -> Decoder:
    """`decode` for many values that are not None. Without `blobs` bytes are given by number and digest."""
    convert = _plain(type_, rule, blobs)
    return lambda value: _misfit(value) if value[:4] == MISFIT and type_.of else convert(value)


def _plain(type_: Type, rule: Rule, blobs: bool) -> Decoder:
    if type_.name == "bytes":
        return _hexadecimal if blobs else _digest
    if type_.name in {"time", "timestamp"}:
        return partial(_instant if type_.name == "timestamp" else _time, unit(type_, rule))
    if type_.of:
        inner = [decoder(one, rule, blobs=blobs) for one in type_.of]
        return _collection(type_, inner)
    return _SCALARS[type_.name]


def _hexadecimal(value: bytes) -> str:
    return "\\x" + value.hex()


def _digest(value: bytes) -> dict[str, Any]:
    return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}


def _misfit(value: bytes) -> Any:
    return _document(value[4:])


def _whole(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def _real(value: bytes) -> float | str:
    (number,) = struct.unpack(">d" if len(value) == 8 else ">f", value)
    if number != number:
        return "NaN"
    if number in {float("inf"), float("-inf")}:
        return "Infinity" if number > 0 else "-Infinity"
    return float(number)


def _date(value: bytes) -> str:
    return _FOREVER.get(value) or moments.date_text(_whole(value))


def _micro(unit_: str, value: bytes) -> int:
    return _whole(value) * (1_000_000 // moments.PER_SECOND[unit_])


def _time(unit_: str, value: bytes) -> str:
    return moments.time_text(_micro(unit_, value))


def _instant(unit_: str, value: bytes) -> str:
    return _FOREVER.get(value) or moments.instant_text(_micro(unit_, value))


def _duration(value: bytes) -> str:
    micro, some_days, months = struct.unpack(">qii", value)
    return moments.duration_text(months, some_days, micro)


def _inet(value: bytes) -> str:
    if len(value) in {4, 16}:
        return str(ip_address(value))
    return str(ip_interface((value[:-1], value[-1])))


def _document(value: bytes) -> Any:
    if value[:1] == BROKEN:
        return value[1:].decode()
    return json.loads(value.decode("utf-8", "surrogatepass"), parse_float=_number, parse_int=_integer)


def _integer(text: str) -> int | str:
    """A whole number of a document; as text where it is longer than Python reads."""
    return int(text) if len(text) <= LONGEST_INTEGER else text


def _number(text: str) -> float | str:
    """A number of a document; as text where a float would say something else."""
    return float(text) if decimal(float(text)) == decimal(Decimal(text)) else text


def _items(value: bytes, place: int) -> Iterator[bytes | None]:
    while place < len(value):
        (length,) = struct.unpack_from(">i", value, place)
        place += 4
        yield None if length < 0 else value[place : place + length]
        place += max(length, 0)


def _collection(type_: Type, inner: list[Decoder]) -> Decoder:
    if type_.name == "map":
        return partial(_map, inner[0], inner[1])
    if type_.name in {"tuple", "record"}:
        return partial(_record, inner, type_.fields)
    return partial(_list, inner[0])


def _list(convert: Decoder, value: bytes) -> list[Any]:
    return [None if one is None else convert(one) for one in _items(value, 4)]


def _map(key: Decoder, content: Decoder, value: bytes) -> Any:
    """As an object where every key is a text."""
    items = list(_items(value, 4))
    keys = [None if one is None else key(one) for one in items[::2]]
    pairs = list(zip(keys, [None if one is None else content(one) for one in items[1::2]], strict=True))
    return dict(pairs) if all(isinstance(one, str) for one in keys) else [list(pair) for pair in pairs]


def _record(inner: list[Decoder], fields: tuple[str, ...], value: bytes) -> Any:
    found = [None if one is None else convert(one) for convert, one in zip(inner, _items(value, 0), strict=True)]
    return dict(zip(fields, found, strict=True)) if fields else found


_SCALARS: dict[str, Decoder] = {
    "boolean": lambda value: value == b"\x01",
    "integer": _whole,
    "decimal": bytes.decode,
    "float": _real,
    "text": bytes.decode,
    "uuid": lambda value: str(UUID(bytes=value)),
    "date": _date,
    "duration": _duration,
    "inet": _inet,
    "json": _document,
}
