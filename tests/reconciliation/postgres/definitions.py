"""What is compared in these tests: tables `t` of two schemas, `one` and `two`, of the test's own database."""

from typing import Any

from reconciliation.definition import Definition, Place, columns


def place(schema: str, table: str, **more: Any) -> Place:
    given = {"connection": "here", "kind": "postgresql", "address": "", "password_variable": "", "options": {}}
    return Place(**{**given, **more}, schema=schema, table=table)


def define(*, keys: int = 1, rules: dict[str, Any] | None = None, given: dict[str, str], **more: Any) -> Definition:
    """one.t against two.t; columns are given as name=type, the key's first."""
    compared = [
        {"source": name, "target": name, "type": type_, "key": at < keys, "rule": (rules or {}).get(name, {})}
        for at, (name, type_) in enumerate(given.items())
    ]
    defaults: dict[str, Any] = {
        "mapping_id": 1,
        "name": "t",
        "version": 1,
        "source": place("one", "t"),
        "target": place("two", "t"),
        "columns": columns(compared),
        "timestamp_column": "",
        "token_column": "",
        "lag_seconds": 0.0,
        "chunk_seconds": 0.5,
        "rows_per_second": None,
    }
    return Definition(**{**defaults, **more})
