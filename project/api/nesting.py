"""How deep JSON may be nested: so that whatever is stored can be read, shown within an answer, and stored again.

The libraries on the way stop at depths of their own, between 254 and about a thousand levels.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

MOST_LEVELS = 100
CONTAINERS = (dict, list, tuple)
TOO_DEEP = f"is nested deeper than {MOST_LEVELS} levels"


def is_too_deep(document: Any, text: str | bytes | None = None) -> bool:
    """Whether a document has more objects and lists within each other. Its JSON, where there is one already, says of
    nearly all small ones that they have not: there are too few brackets in it."""
    if text is not None and _brackets(text) <= MOST_LEVELS:
        return False
    level = _containers([document])
    for _ in range(MOST_LEVELS):
        if not level:
            return False
        level = _containers(chain.from_iterable(map(_members, level)))
    return bool(level)


def _containers(values: Iterable[Any]) -> list[Any]:
    # most levels have nothing but texts and numbers: their types say so at once
    found = list(values)
    if not any(issubclass(kind, CONTAINERS) for kind in set(map(type, found))):
        return []
    return [value for value in found if isinstance(value, CONTAINERS)]


def _members(outer: Any) -> Iterable[Any]:
    return outer.values() if isinstance(outer, dict) else outer


def _brackets(text: str | bytes) -> int:
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
    return text.count("[") + text.count("{")
