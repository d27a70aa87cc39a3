"""Rows as they are, not as they are compared.

A rule may cut a time off, trim a text, take an empty one for NULL. What is written must not: so a repair reads without
rules (but for those of the key, by which rows are found) and applies them only to judge what differs.
"""

from dataclasses import replace

from reconciliation.canonical import EXACT, Compared
from reconciliation.canonical.decode import decode
from reconciliation.canonical.encode import encode
from reconciliation.definition import Definition
from reconciliation.sources.protocol import Row, Value


def exact(definition: Definition) -> Definition:
    """The same tables with each value as it is."""
    columns = tuple(column if column.key else replace(column, rule=EXACT) for column in definition.columns)
    return replace(definition, columns=columns)


def ruled(definition: Definition, row: Row | None) -> Row | None:
    """A row that was read exactly, as the definition's rules give it."""
    if row is None:
        return None
    return tuple(_ruled(column, value) for column, value in zip(definition.columns, row, strict=True))


def _ruled(column: Compared, value: Value) -> Value:
    rule = column.rule
    if value is None or column.key or not (rule.unit or rule.nfc or rule.trim or rule.empty_is_null):
        return value
    return encode(decode(value, column.type), column.type, rule)
