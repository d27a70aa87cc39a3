"""Database sessions of the runtime's own, outside Django's pool, and how to outlive the server's restarts."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django.db
import psycopg
import structlog
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.rows import DictRow, dict_row

from project.postgres.errors import passes

log = structlog.get_logger("workers")

Session = psycopg.Connection[DictRow]

# whatever the database answers with, here and through Django; project.postgres.errors.passes tells which is which
DATABASE_ERRORS = (psycopg.Error, django.db.Error)


@contextmanager
def session(name: str) -> Iterator[Session]:
    """A connection of its own in autocommit, `name` in pg_stat_activity. Raises `psycopg.OperationalError`."""
    parameters = connections["default"].get_connection_params()
    for only_django in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(only_django, None)
    parameters["application_name"] = name
    with psycopg.Connection.connect(**parameters, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def value(connection: Session, query: str, *params: Any) -> Any:
    """The first column of the first row."""
    record = connection.execute(query, params).fetchone()
    return next(iter(record.values())) if record else None


def log_ended(what: str, error: Exception) -> None:
    """A warning; with all about it when it isn't one of the server's conditions that pass."""
    if passes(error):
        log.warning(what, error=str(error).strip())
    else:
        log.error(what, exc_info=error)


def discard_dead_connections() -> None:
    """Has Django's pool replace the connections that a restart of the server broke."""
    database = connections["default"]
    assert isinstance(database, DatabaseWrapper)
    if database.pool is not None and not database.pool.closed:
        database.pool.check()


class Backoff:
    """Waits between tries: a tenth of a second at first, two seconds at most, each a little different."""

    FIRST, LONGEST = 0.1, 2.0

    def __init__(self) -> None:
        self._next = self.FIRST

    def reset(self) -> None:
        self._next = self.FIRST

    def wait(self, stop: threading.Event) -> None:
        """Returns early when `stop` is set."""
        stop.wait(self._next * random.uniform(0.75, 1.25))  # noqa: S311  spreads the herd, keeps no secret
        self._next = min(self._next * 2, self.LONGEST)
