"""JSON in canonical form: sorted members, numbers as decimals, no blanks between."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from . import scalars

BROKEN = b"\x00"  # in front of a text that is no JSON; no document begins with it


def document(value: Any) -> bytes:
    """Of a JSON text, or of what it stands for (anything but a text)."""
    if not isinstance(value, str | bytes | bytearray | memoryview):
        return bare(value)
    text = value if isinstance(value, str) else bytes(value).decode()
    try:
        return bare(loads(text))
    except (ValueError, RecursionError):
        return BROKEN + text.encode()


def loads(text: str) -> Any:
    """What a JSON text stands for; each number a Decimal, so that none loses digits."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)


def bare(value: Any) -> bytes:
    """Of what a JSON text stands for."""
    return _written(value).encode("utf-8", "surrogatepass")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float | Decimal):
        return scalars.decimal(value).decode()
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-8", "surrogatepass"))
        return "{" + ",".join(f"{_written(name)}:{_written(one)}" for name, one in members) + "}"
    return "[" + ",".join(map(_written, value)) + "]"
