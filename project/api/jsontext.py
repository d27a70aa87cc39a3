"""JSON text to Python's values: what `json` makes of it, in a third of the time."""

from typing import Any

import orjson

# orjson makes a binary fraction of a whole number that 64 bits don't hold; one with so many digits may be such a one
_DIGITS = bytes(ord("0") if chr(byte) in "0123456789" else byte for byte in range(256))
_LONG = b"0" * 19


class Unusual(ValueError):
    """Text that only the standard module reads as it is meant, or refuses with a message that says why."""


def quickly(text: bytes) -> Any:
    """The document, exactly as the standard module reads it. Raises `Unusual`."""
    if _LONG in text.translate(_DIGITS):
        raise Unusual
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unusual from None
