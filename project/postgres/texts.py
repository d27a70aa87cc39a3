"""What PostgreSQL can keep as text: no NUL, no half of a surrogate pair."""

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep a text; escapes of JSON and of other languages can make others."""
    return not _UNSTORABLE.search(text)


def all_text(document: Any) -> str:
    """All names and texts of a JSON document, one behind the other."""
    if isinstance(document, dict):
        return "".join(f"{name}{all_text(value)}" for name, value in document.items())
    if isinstance(document, list):
        return "".join(all_text(value) for value in document)
    return document if isinstance(document, str) else ""
