"""Values as a person can tell them apart: null from empty, blobs by hash and length, numbers by how far."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from project.console import figures

LONGEST = 2000  # characters of one value on the page; the export has the whole of it
EYE = 40  # characters that are compared at a glance
NUMBERS = ("integer", "decimal", "float")
PLAIN, NULL, EMPTY, ABSENT = "plain", "null", "empty", "absent"


@dataclass(frozen=True)
class Shown:
    """A value in words. `kind` is what it is when it isn't simply a value."""

    text: str
    kind: str = PLAIN


NO_ROW = Shown("(no row)", ABSENT)


def shown(value: Any, type_name: str) -> Shown:
    """Any value, as JSON has it, of a column of this canonical type."""
    if value is None:
        return Shown("(null)", NULL)
    if value == "":
        return Shown('"" (empty text)' if type_name == "text" else "(empty)", EMPTY)
    if type_name == "bytes" and isinstance(value, dict):
        return Shown(_blob(value["sha256"], value["bytes"]))
    if isinstance(value, str):
        return Shown(_short(_quoted(value) if type_name == "text" else value))
    return Shown(_short(json.dumps(value, ensure_ascii=False)))


def difference(source: Any, target: Any, type_name: str) -> str:
    """How far two values are apart, where that can be said shortly; empty where it can't."""
    if source is None or target is None or source == target:
        return ""
    if type_name.startswith(NUMBERS):
        return _distance(source, target)
    if type_name.startswith("timestamp"):
        return _time_between(source, target)
    if type_name == "text" and isinstance(source, str) and isinstance(target, str):
        return _first_difference(source, target)
    return ""


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def _blob(digest: str, length: int) -> str:
    return f"SHA-256 {digest[:16]}…, {length:,} {'byte' if length == 1 else 'bytes'}"


def _distance(source: Any, target: Any) -> str:
    try:
        apart = abs(Decimal(str(source)) - Decimal(str(target)))
    except InvalidOperation:
        return ""
    return f"Δ {apart:f}" if apart.is_finite() else ""


def _time_between(source: Any, target: Any) -> str:
    try:
        apart = abs((datetime.fromisoformat(str(source)) - datetime.fromisoformat(str(target))).total_seconds())
    except (ValueError, TypeError):
        return ""
    return f"Δ {apart * 1_000_000:,.0f} µs" if apart < 0.001 else f"Δ {figures.span(apart)}"


def _first_difference(source: str, target: str) -> str:
    """Where two long texts part; by the code points there where what differs may look the same, or like nothing."""
    pairs = enumerate(zip_longest(source, target), start=1)
    place, (one, other) = next((place, pair) for place, pair in pairs if pair[0] != pair[1])
    if not (_plain(one) and _plain(other)):
        return f"from character {place:,}: {_code(one)} against {_code(other)}"
    return f"from character {place:,}" if max(len(source), len(target)) > EYE else ""


def _plain(character: str | None) -> bool:
    """Whether nobody takes it for another."""
    return character is not None and character.isascii() and character.isprintable() and character != " "


def _code(character: str | None) -> str:
    return "the end" if character is None else f"U+{ord(character):04X}"
