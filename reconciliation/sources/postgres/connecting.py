"""Connections to the server of a side, kept for the next job for a while; and what its errors mean."""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from project.api.errors import ApiError, InvalidRequest
from reconciliation.definition import Place
from reconciliation.sources.passwords import password
from reconciliation.sources.protocol import ReadTimeout, SchemaChanged, SourceError

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 60.0
KEPT, KEPT_SECONDS = 4, 60.0  # idle connections per server and process, and for how long
OPTIONS = frozenset({"statement_seconds"})
ALIVE: dict[str, Any] = {  # a host that is cut off is noticed within a minute, not after two hours
    "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000,
}  # fmt: skip

Connection = psycopg.Connection[tuple[Any, ...]]

# expressions of canonical values depend on these; the rest holds a reader to reading
SESSION: dict[str, str] = {
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "IntervalStyle": "iso_8601",
    "DateStyle": "ISO, YMD",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "cursor_tuple_fraction": "1.0",  # a range is read to its end
    "lock_timeout": "5s",
    "jit": "off",
}
_SET: LiteralString = "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS given(name, value)"

_idle: dict[str, list[tuple[float, Connection]]] = defaultdict(list)
_lock = threading.Lock()
os.register_at_fork(after_in_child=_idle.clear)  # the sockets are the parent's


def connect(place: Place) -> Connection:
    """A connection for reading, in autocommit. Raises `SourceError` naming the connection and what to do."""
    address = _address(place)
    return _kept(_name(place, address)) or _connected(place, address)


def give_back(place: Place, connection: Connection) -> None:
    """Keep a connection for the next, or close it when it is of no more use."""
    name = _name(place, _address(place))
    usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
    with _lock:
        if usable and len(_idle[name]) < KEPT:
            _idle[name].append((time.monotonic(), connection))
            return
    connection.close()


def close_idle() -> None:
    """Close what is kept."""
    with _lock:
        kept = [connection for several in _idle.values() for _, connection in several]
        _idle.clear()
    for connection in kept:
        connection.close()


@contextmanager
def asking(place: Place) -> Iterator[None]:
    """Turns what the server refuses into the protocol's errors."""
    try:
        yield
    except psycopg.Error as error:
        raise translated(error, place) from error


def translated(error: psycopg.Error, place: Place) -> ApiError:
    """What an error of the server means for a comparison."""
    table = f"{place.schema}.{place.table}"
    state = error.sqlstate or ""
    if isinstance(error, errors.InsufficientPrivilege):
        return SourceError(
            f"{place.connection}: the role may not read {table}. GRANT SELECT on it (and USAGE on its schema)."
        )
    if isinstance(error, errors.LockNotAvailable):  # a smaller range would wait for it as well
        return SourceError(
            f"{place.connection}: {table} is locked by another session, such as one that alters it. It is tried again."
        )
    if isinstance(error, errors.QueryCanceled):
        return ReadTimeout(
            f"{place.connection}: reading {table} took too long. Smaller ranges may do; else raise statement_seconds "
            "in the connection's options."
        )
    if state.startswith("42") or isinstance(error, errors.InvalidSchemaName):
        return SchemaChanged(
            f"{place.connection}: {table} isn't what the mapping was made for ({_first(error)}). Correct the mapping."
        )
    if isinstance(error, psycopg.OperationalError):
        return SourceError(f"{place.connection}: the connection was lost ({_first(error)}). It is tried again.")
    return SourceError(f"{place.connection}: PostgreSQL refuses to read {table}: {_first(error)} (SQLSTATE {state}).")


def _first(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__


def _address(place: Place) -> str:
    """As libpq takes it, with the password. Raises `InvalidRequest`, and `SourceError` for a missing password."""
    given: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "tutup reconciliation", **ALIVE}
    try:
        given |= conninfo_to_dict(place.address or settings.DATABASE_URL)
    except psycopg.Error:
        # libpq's own text repeats parts of the address
        raise InvalidRequest.field(
            f"connection {place.connection}: address", "Write it as postgresql://user@host:5432/name."
        ) from None
    secret = password(place)
    return make_conninfo(**given, **({"password": secret} if secret else {}), client_encoding="UTF8")


def _statement_seconds(place: Place) -> float:
    if unknown := set(place.options) - OPTIONS:
        raise InvalidRequest.field(
            f"connection {place.connection}: options",
            f"{min(unknown)!r} is none of {', '.join(sorted(OPTIONS))}.",
        )
    try:
        seconds = float(place.options.get("statement_seconds", STATEMENT_SECONDS))
    except (TypeError, ValueError):
        seconds = 0.0
    if not seconds > 0:
        raise InvalidRequest.field(
            f"connection {place.connection}: statement_seconds", "Give how long one statement may take, such as 60."
        )
    return seconds


def _connected(place: Place, address: str) -> Connection:
    timeout = f"{int(_statement_seconds(place) * 1000)}ms"
    try:
        connection = psycopg.Connection.connect(address, autocommit=True)
    except psycopg.OperationalError as error:
        raise SourceError(f"{place.connection}: {_refusal(place, error)}") from error
    values = {**SESSION, "statement_timeout": timeout}
    with asking(place):
        connection.execute(_SET, [list(values), list(values.values())])
    return connection


def _refusal(place: Place, error: psycopg.OperationalError) -> str:
    """Whether the password is what was wrong, libpq knows; its text may show the address, and is left out."""
    attempt = error.pgconn
    where = "at its address" if place.address else "at DATABASE_URL"
    if attempt is not None and attempt.needs_password:
        return f"PostgreSQL {where} asks for a password: name the variable that has it in password_variable."
    if attempt is not None and attempt.used_password:
        variable = place.password_variable or "the address"
        return f"PostgreSQL {where} refuses the login: correct the user, the database or the password in {variable}."
    return f"no PostgreSQL lets us in {where}: start it, or correct host, port, user and name of the database."


def _name(place: Place, address: str) -> str:
    """What connections of the same address and the same options are kept under. Raises `InvalidRequest`."""
    return f"{address} {_statement_seconds(place)}"


def _kept(name: str) -> Connection | None:
    """The last that was given back and is alive; older ones are closed."""
    oldest = time.monotonic() - KEPT_SECONDS
    with _lock:
        given = _idle.pop(name, [])
        fresh = [one for one in given if one[0] >= oldest]
        stale = [one for _, one in given if one not in {connection for _, connection in fresh}]
        found = fresh.pop()[1] if fresh else None
        if fresh:
            _idle[name] = fresh
    for connection in stale:
        connection.close()
    return found if found is not None and _alive(found) else None


def _alive(connection: Connection) -> bool:
    try:
        connection.execute("")
    except psycopg.Error:
        connection.close()
        return False
    return True
