"""Items and results as JSON bytes: as they are stored, and as they stand in answers."""

import json
import re
from typing import Any

import orjson

# whole numbers that may not fit 64 bits: orjson reads them as binary fractions, and writes none
LONG_NUMBER = re.compile(rb"\d{19}")


def dumped(document: Any) -> bytes:
    """The JSON of a document."""
    try:
        return orjson.dumps(document)
    except TypeError:
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def loaded(text: bytes) -> Any:
    """The document, with whole numbers of any length as they were written."""
    return json.loads(text) if LONG_NUMBER.search(text) else orjson.loads(text)
