"""Canonical values as the text that PostgreSQL reads them from, for a column of a given type.

A parameter goes to the server untyped, so that the column's own type reads the text.
"""

import json
from typing import Any

from reconciliation.canonical import Type
from reconciliation.canonical.decode import decode, spelled
from reconciliation.sources.protocol import Value

DOCUMENTS = frozenset({"json", "jsonb"})


def spell(value: Value, type_: Type, column_type: str) -> str | None:
    """The text for a column that its server calls `column_type`; None for NULL."""
    if value is None:
        return None
    if type_.name == "json":
        return value.decode()  # the canonical form is a document itself, with every digit of its numbers
    if not type_.of:
        return spelled(value, type_)
    found = decode(value, type_)
    if column_type in DOCUMENTS:
        return json.dumps(found, ensure_ascii=False)
    return _array(found) if column_type.endswith("[]") else _row(found)


def _array(items: list[Any]) -> str:
    return "{" + ",".join(_element(item) for item in items) + "}"


def _element(item: Any) -> str:
    if item is None:
        return "NULL"
    return _array(item) if isinstance(item, list) else _quoted(_plain(item))


def _row(fields: Any) -> str:
    """A composite value; an empty field is NULL."""
    values = fields.values() if isinstance(fields, dict) else fields
    return "(" + ",".join("" if one is None else _quoted(_nested(one)) for one in values) + ")"


def _nested(one: Any) -> str:
    if isinstance(one, list):
        return _array(one)
    return _row(one) if isinstance(one, dict) else _plain(one)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
