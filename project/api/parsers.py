"""The only body that the API takes: JSON of a bounded size, with text that PostgreSQL can keep."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from project.api import jsontext
from project.api.handlers import too_large
from project.api.nesting import TOO_DEEP, is_too_deep
from project.postgres.texts import all_text


class JsonParser(BaseParser):
    """DRF's own would read past DATA_UPLOAD_MAX_MEMORY_SIZE and turn too deep a document into a 500."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read() if limit is None else stream.read(limit + 1)
        if limit is not None and len(body) > limit:
            raise too_large()
        try:
            document = _document(body)
            if is_too_deep(document, body):
                raise ParseError(f"The body {TOO_DEEP}.")
            _refuse_unstorable(body, document)
        except RecursionError:
            raise ParseError(f"The body {TOO_DEEP}.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error: {error}") from error
        return document


def _document(body: bytes) -> Any:
    try:
        return jsontext.quickly(body)
    except jsontext.Unusual:
        return json.loads(_text(body), parse_constant=_refuse_constant, parse_float=_finite)


def _text(body: bytes) -> str:
    """JSON between systems is UTF-8 (RFC 8259); `json` would guess UTF-16 and UTF-32, and read half surrogates."""
    try:
        return body.decode("utf-8-sig")  # some clients put a byte order mark first
    except UnicodeDecodeError as error:
        message = f"The body isn't UTF-8 at byte {error.start}."
        raise ValueError(message) from None


def _refuse_constant(name: str) -> Any:
    message = f"{name} is not JSON."
    raise ValueError(message)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        message = f"{text[:20]} is too large a number."
        raise ValueError(message)
    return number


def _refuse_unstorable(body: bytes, document: Any) -> None:
    """Escaped NUL characters and half surrogates are JSON, and no text of a database.

    UTF-8 has no others.
    """
    if b"\\u0000" in body and "\0" in all_text(document):
        raise ValueError("\\u0000 can't be stored.")
    if b"\\ud" in body or b"\\uD" in body:
        all_text(document).encode()  # UnicodeEncodeError is a ValueError
