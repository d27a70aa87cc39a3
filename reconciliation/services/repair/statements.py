"""The statements of a repair. Names come from the mapping and are quoted; values are parameters."""

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from reconciliation.definition import Definition, Place

Statement = tuple[sql.Composed, list[Any]]


def lock(definition: Definition, key: Sequence[str | None]) -> Statement:
    """Takes the rows of a key, and says how many there are."""
    text = sql.SQL("SELECT 1 FROM {} WHERE {} FOR UPDATE").format(_table(definition.target), _where(definition))
    return text, list(key)


def insert(definition: Definition, values: dict[str, Any]) -> Statement:
    """A new row."""
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(values))
    text = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(_table(definition.target), columns, places)
    return text, list(values.values())


def update(definition: Definition, key: Sequence[str | None], values: dict[str, Any]) -> Statement:
    """These columns of the row."""
    changes = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in values)
    text = sql.SQL("UPDATE {} SET {} WHERE {}").format(_table(definition.target), changes, _where(definition))
    return text, [*values.values(), *key]


def delete(definition: Definition, key: Sequence[str | None]) -> Statement:
    """The row."""
    text = sql.SQL("DELETE FROM {} WHERE {}").format(_table(definition.target), _where(definition))
    return text, list(key)


def _table(place: Place) -> sql.Identifier:
    return sql.Identifier(place.schema, place.table)


def _where(definition: Definition) -> sql.Composed:
    names = (column.target for column in definition.columns if column.key)
    return sql.SQL(" AND ").join(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in names)
