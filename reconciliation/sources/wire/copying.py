"""The rows that COPY sends in binary, taken from libpq as they lie there.

psycopg asks for each by a generator and a wait of its own, which costs thrice what the row itself does.
"""

from collections.abc import Iterator

from psycopg import Copy, Error, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGconn

HEADER = 19  # bytes in front of the first row, as long as there are no extensions
COUNT = 2  # bytes that say how many columns a row has; -1, and nothing behind it, is the end


def rows(copy: Copy) -> Iterator[bytes]:
    """Each without the count of its columns. Raises what the server says when it ends before the last one."""
    connection = copy.connection.pgconn
    row = bytes(copy.read())[HEADER:] or copy.read()
    while len(row) > COUNT:
        yield bytes(row)[COUNT:]
        size, row = connection.get_copy_data(1)
        if size == 0:  # no whole row has come yet
            row = copy.read()
        elif size < 0:
            raise _said(connection)
    copy.read()  # so that psycopg too knows of the end


def _said(connection: PGconn) -> Error:
    results = list(iter(connection.get_result, None))
    if not results:  # the connection is lost
        return OperationalError(connection.get_error_message("utf-8"))
    return error_from_result(results[0], encoding="utf-8")
