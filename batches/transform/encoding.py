"""Items and results as JSON bytes: as they are stored, and as they stand in answers."""

import json
from typing import Any

import orjson

from project.api import jsontext


def dumped(document: Any) -> bytes:
    """The JSON of a document."""
    try:
        return orjson.dumps(document)
    except TypeError:  # whole numbers that 64 bits don't hold
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def loaded(text: bytes) -> Any:
    """The document, with whole numbers of any length as they were written."""
    try:
        return jsontext.quickly(text)
    except jsontext.Unusual:
        return json.loads(text)
