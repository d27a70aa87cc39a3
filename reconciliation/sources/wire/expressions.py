"""What PostgreSQL computes of a column so that COPY sends the bytes that Cassandra sends for an equal value.

Equal bytes must mean equal values, and here never mean less: bytes that differ are no more than a suspicion, since
Cassandra has several forms of some values and PostgreSQL values that Cassandra has none for. These are sent as `UNFIT`.
"""

from typing import LiteralString

from psycopg import sql

from reconciliation.sources.cassandra.converting import INTEGERS, as_sent
from reconciliation.sources.cassandra.cql import Cql
from reconciliation.sources.cassandra.values import SIZES
from reconciliation.sources.postgres.columns import Read
from reconciliation.sources.postgres.types import plain

from .decimals import decimal

UNFIT = b"\xff\xff\xff"  # no value of the types that may need it has three bytes, or these
REALS = {("double", 8), ("float", 4)}
_SENT_ALIKE = {  # COPY sends such a column as it stands in Cassandra's answer
    ("bigint", 8), ("integer", 4), ("smallint", 2), ("text", None), ("character varying", None), ("uuid", None),
    ("boolean", None), ("bytea", None),
}  # fmt: skip


def sent(read: Read, cql: Cql) -> sql.Composable | None:
    """The expression; None for a column that has none."""
    type_ = read.compared.type
    server = plain(read.field.column.type)
    if type_.name == "text" and cql.name in {"ascii", "text"} and server != "character":
        # the rules of texts make more equal than their bytes, never less
        return _column(read) if (server, None) in _SENT_ALIKE else sql.SQL("textsend({}::text)").format(_column(read))
    if as_sent(cql, type_, read.rule) or (type_.name == "float" and (cql.name, type_.size) in REALS):
        return _column(read) if (server, type_.size) in _SENT_ALIKE else _canonical(read)
    if type_.name == "integer" and cql.name in INTEGERS:
        return _put(_INTEGERS[SIZES[cql.name]], read)
    if (cql.name, type_.name) == ("decimal", "decimal") and server == "numeric":
        return decimal(_column(read), read.field.column.type, UNFIT)
    template = _MOMENTS.get((cql.name, type_.name, server)) if read.rule.unit is None else None
    return _put(template, read) if template else None


def _column(read: Read) -> sql.Composable:
    return sql.Identifier(read.name)


def _canonical(read: Read) -> sql.Composable | None:
    """Of a type whose canonical bytes are those that Cassandra sends."""
    return read.reading.expression if read.reading.encode is None else None


def _put(template: LiteralString, read: Read) -> sql.Composable:
    """The template with {c} for the column."""
    return sql.SQL(template).format(c=_column(read), unfit=sql.Literal(UNFIT))


# of numbers that are wider here
_INTEGERS: dict[int, LiteralString] = {
    1: "CASE WHEN {c} BETWEEN -128 AND 127 THEN substring(int2send({c}::int2) FROM 2)"
    " WHEN {c} IS NOT NULL THEN {unfit} END",
    2: "CASE WHEN {c} BETWEEN -32768 AND 32767 THEN int2send({c}::int2) WHEN {c} IS NOT NULL THEN {unfit} END",
    4: "CASE WHEN {c} BETWEEN -2147483648 AND 2147483647 THEN int4send({c}::int4)"
    " WHEN {c} IS NOT NULL THEN {unfit} END",
}
# milliseconds since 1970, of moments that have no more: within these years floating point tells them exactly
_TIMESTAMP: LiteralString = (
    "CASE WHEN {c} >= '1700-01-01' AND {c} < '2250-01-01' AND date_trunc('milliseconds', {c}) = {c}"
    " THEN int8send(round(date_part('epoch', {c}) * 1000)::int8) WHEN {c} IS NOT NULL THEN {unfit} END"
)
_MOMENTS: dict[tuple[str, str, str], LiteralString] = {
    ("timestamp", "timestamp", "timestamp with time zone"): _TIMESTAMP,
    ("timestamp", "timestamp", "timestamp without time zone"): _TIMESTAMP,
    # days since 1970, which stands in the middle
    ("date", "date", "date"): "CASE WHEN isfinite({c}) THEN int4send(({c} - date '1970-01-01') # (-2147483648)::int4)"
    " WHEN {c} IS NOT NULL THEN {unfit} END",
    # nanoseconds
    ("time", "time", "time without time zone"): "int8send(round(date_part('epoch', {c}) * 1000000)::int8 * 1000)",
}
