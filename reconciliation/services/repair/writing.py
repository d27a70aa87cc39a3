"""The one transaction of the target in which a repair happens."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from project.api.errors import Conflict, ErrorCode
from reconciliation.definition import Place
from reconciliation.services.repair.statements import Statement
from reconciliation.sources.postgres.connecting import Connection
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import SourceError


class NotWritten(Conflict):
    """409: the target refuses the write, or what it has afterwards isn't what was meant. Nothing was changed."""

    default_code = ErrorCode.REPAIR_REFUSED


class EndUnknown(SourceError):
    """503: the connection was lost while the target committed: what was written may be there."""


@contextmanager
def writing(side: PostgresSide) -> Iterator[Connection]:
    """A transaction that may write, on the side's own connection: what the side reads meanwhile is what was written.

    What raises in it takes all of it back. Raises `NotWritten` for what the server refuses, `EndUnknown` when the
    connection is lost while it commits.
    """
    connection, committing = side.connection, False
    try:
        with connection.transaction():
            connection.execute("SET TRANSACTION READ WRITE")
            yield connection
            committing = True
    except psycopg.Error as error:
        if committing and connection.closed:
            raise EndUnknown(
                f"{side.place.connection}: the connection was lost while the row was committed. It may be written or "
                "not: compare the row again."
            ) from error
        raise NotWritten(f"{side.place.connection}: {_reason(error, side.place)}") from error


def run(connection: Connection, statement: Statement) -> int:
    """How many rows it touched."""
    text, parameters = statement
    return connection.execute(text, parameters).rowcount


def _reason(error: psycopg.Error, place: Place) -> str:
    """What to mend, where that can be told; the server's own words otherwise."""
    table = f"{place.schema}.{place.table}"
    match error:
        case psycopg.errors.InsufficientPrivilege():
            return f"the role may not write {table}. GRANT INSERT, UPDATE (and DELETE, if rows are to go) on it."
        case psycopg.errors.LockNotAvailable() | psycopg.errors.QueryCanceled():
            return "somebody else holds the row. Try again in a moment."
        case psycopg.errors.UniqueViolation():
            return f"another row of {table} has a value that must be unique ({_first(error)})."
        case psycopg.errors.NotNullViolation():
            column = error.diag.column_name
            return f"column {column} of {table} needs a value and the source gives none. Map it, or give it a default."
    return f"{table} doesn't take the row: {_first(error)}."


def _first(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__
