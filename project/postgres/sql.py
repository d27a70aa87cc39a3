"""The one way to run SQL outside the ORM: on Django's default connection, with errors of the product."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, LiteralString

import psycopg
from django.db import Error, connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql as compose
from psycopg.types.json import Jsonb

from project.postgres import errors

Parameters = Sequence[Any] | Mapping[str, Any]
JSONB = 3802  # Django hands it out as text, and json as Python has it


def rows(sql: str, params: Parameters = ()) -> list[dict[str, Any]]:
    """All rows as dictionaries by column name."""
    with cursor() as open_cursor:
        open_cursor.execute(sql, adapted(params))
        return _dictionaries(open_cursor)


def row(sql: str, params: Parameters = ()) -> dict[str, Any] | None:
    """The first row, or None."""
    found = rows(sql, params)
    return found[0] if found else None


def value(sql: str, params: Parameters = ()) -> Any:
    """The first column of the first row, or None."""
    found = row(sql, params)
    return next(iter(found.values())) if found else None


def execute(sql: str, params: Parameters = ()) -> int:
    """Runs a statement that gives no rows; returns how many it touched."""
    with cursor() as open_cursor:
        open_cursor.execute(sql, adapted(params))
        return int(open_cursor.rowcount)


def execute_apart(sql: LiteralString, params: Sequence[Any]) -> int:
    """As `execute`, with the parameters beside the statement and in binary: a megabyte of bytes needs no quoting."""
    with cursor(), connection.wrap_database_errors, psycopg.Cursor(connection.connection) as raw:
        raw.execute(sql, params)
        return raw.rowcount


def routine(name: str, *args: Any) -> list[dict[str, Any]]:
    """The rows of `schema.name(args)`. Pass whole numbers to int and bigint parameters, dictionaries to jsonb."""
    return rows(_call(name, len(args)), args)


def routine_value(name: str, *args: Any) -> Any:
    """The single value of `schema.name(args)`."""
    return value(_call(name, len(args)), args)


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """A cursor of the default connection whose errors are turned into the product's (`project.postgres.errors`)."""
    try:
        with connection.cursor() as open_cursor:
            yield open_cursor
    except Error as error:
        known = errors.api_error(error)
        if known is None:
            raise
        raise known from error


def adapted(params: Parameters) -> Parameters | None:
    """Parameters as psycopg takes them; None without any, so that a % in the statement stays a %."""
    if isinstance(params, Mapping):
        return {name: _adapt(item) for name, item in params.items()}
    return [_adapt(item) for item in params] or None


def _adapt(item: Any) -> Any:
    return Jsonb(item) if isinstance(item, dict) else item


@cache
def _call(name: str, count: int) -> str:
    arguments = compose.SQL(", ").join([compose.Placeholder()] * count)
    return compose.SQL("SELECT * FROM {}({})").format(compose.Identifier(*name.split(".")), arguments).as_string()


def _dictionaries(open_cursor: CursorWrapper) -> list[dict[str, Any]]:
    columns = open_cursor.description or []
    names = [column.name for column in columns]
    found = [dict(zip(names, record, strict=True)) for record in open_cursor.fetchall()]
    for column in columns:
        if column.type_code == JSONB:
            for record in found:
                if record[column.name] is not None:
                    record[column.name] = json.loads(record[column.name])
    return found
