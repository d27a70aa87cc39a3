"""Canonical bytes computed by PostgreSQL: the same as `encode` gives, at a fraction of the cost.

What SQL can't compute (documents, arrays, composites, Unicode rules) is read as JSON or text and encoded by Python. The
session must have TimeZone UTC, IntervalStyle iso_8601 and client_encoding UTF8.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from . import scalars
from .documents import document, loads
from .encode import Encoder, encoder, lenient, unit
from .moments import PER_SECOND
from .types import EXACT, Rule, Type

WHOLE = frozenset({"smallint", "integer", "bigint", "oid"})
REAL = frozenset({"real", "double precision"})
# what elements of an array are cast to, so that their JSON is of the canonical type
_ELEMENTS: dict[str, LiteralString] = {"text": "text", "json": "text", "decimal": "numeric"}


@dataclass(frozen=True)
class Reading:
    """How a column is read. Without `encode` the expression is the canonical value, of type bytea, itself."""

    expression: sql.Composable
    encode: Encoder | None = None


def reading(column: sql.Composable, server_type: str, type_: Type, rule: Rule = EXACT) -> Reading:
    """How a column whose type PostgreSQL calls so is read as this canonical type."""
    if type_.name == "json":
        return Reading(sql.SQL("{}::text").format(column), document)
    if type_.of:
        return Reading(_json(column, server_type, type_), _from_json(type_, rule))
    if type_.name == "text" and (rule.nfc or rule.trim):
        return Reading(sql.SQL("{}::text").format(column), encoder(type_, rule))
    return Reading(_SCALARS[type_.name](_Scalar(column, server_type, type_, rule)))


def _json(column: sql.Composable, server_type: str, type_: Type) -> sql.Composable:
    if server_type in {"json", "jsonb"}:
        return sql.SQL("{}::text").format(column)
    if server_type.endswith("[]"):
        column = _elements(column, type_.of[0])
    return sql.SQL("to_json({})::text").format(column)


def _elements(column: sql.Composable, type_: Type) -> sql.Composable:
    cast: LiteralString | None = "float8" if type_.name == "float" and type_.size == 8 else _ELEMENTS.get(type_.name)
    return sql.SQL("{}::{}[]").format(column, sql.SQL(cast)) if cast else column


def _from_json(type_: Type, rule: Rule) -> Encoder:
    convert = lenient(type_, rule)

    def encode(text: str) -> bytes | None:
        value = loads(text)
        return None if value is None else convert(value)

    return encode


@dataclass(frozen=True)
class _Scalar:
    """A column whose canonical value SQL computes."""

    column: sql.Composable
    server_type: str
    type: Type
    rule: Rule

    @property
    def unit(self) -> str:
        return unit(self.type, self.rule)

    def put(self, template: LiteralString, **more: sql.Composable) -> sql.Composable:
        """The template with {c} for the column."""
        return sql.SQL(template).format(c=self.column, **more)

    def boolean(self) -> sql.Composable:
        return self.put("boolsend({c})")

    def integer(self) -> sql.Composable:
        return self.put(_INTEGERS[self.type.size or 8])

    def decimal(self) -> sql.Composable:
        if self.server_type in WHOLE:
            return self.put("textsend({c}::text)")
        # a float through its text: the cast to numeric would keep 15 digits only
        return self.put("textsend(trim_scale({c}::text::numeric)::text)" if self.server_type in REAL else _DECIMAL)

    def real(self) -> sql.Composable:
        if self.type.size == 4:
            return self.put("CASE WHEN {c} = 'NaN' THEN {nan} ELSE float4send({c}) END", nan=sql.Literal(scalars.NAN4))
        return self.put("CASE WHEN {c} = 'NaN' THEN {nan} ELSE float8send({c}) END", nan=sql.Literal(scalars.NAN))

    def text(self) -> sql.Composable:
        return self.put("textsend(nullif({c}::text, ''))" if self.rule.empty_is_null else "textsend({c}::text)")

    def bytes(self) -> sql.Composable:
        return self.column

    def uuid(self) -> sql.Composable:
        return self.put("uuid_send({c})")

    def date(self) -> sql.Composable:
        return self._finite(self.put("int4send({c} - date '1970-01-01')"))

    def time(self) -> sql.Composable:
        return self.put("time_send({c})") if self.unit == "us" else self._ticks()

    def timestamp(self) -> sql.Composable:
        """Microseconds by sending what is shifted from 1970 to 2000, where PostgreSQL counts from: half of the cost of
        `extract`, which is left for the last years, that the shift would push out of range. The very last don't fit
        into 8 bytes."""
        if self.unit != "us":
            return self._finite(self._ticks())
        return self.put(
            "CASE WHEN {c} < '294000-01-01' AND {c} > '-infinity' THEN {shifted} ELSE {others} END",
            shifted=self.put(_SHIFTED_AWARE if self.server_type.endswith("with time zone") else _SHIFTED),
            others=self._finite(self.put(_LAST_YEARS, ticks=self._ticks())),
        )

    def duration(self) -> sql.Composable:
        return self.put("interval_send({c})")

    def inet(self) -> sql.Composable:
        """What is sent is family, length of the network, kind and length of the address in a byte each; the address."""
        return self.put(
            "CASE WHEN masklen({c}) = CASE family({c}) WHEN 4 THEN 32 ELSE 128 END THEN substring({sent} FROM 5)"
            " ELSE substring({sent} FROM 5) || substring({sent} FROM 2 FOR 1) END",
            sent=self.put("cidr_send({c})" if self.server_type == "cidr" else "inet_send({c})"),
        )

    def _ticks(self) -> sql.Composable:
        return self.put(
            "int8send(floor(extract(epoch FROM {c}) * {per_second})::int8)",
            per_second=sql.Literal(PER_SECOND[self.unit]),
        )

    def _finite(self, value: sql.Composable) -> sql.Composable:
        return self.put(
            "CASE WHEN isfinite({c}) THEN {value}"
            " WHEN {c} = 'infinity' THEN {up} WHEN {c} = '-infinity' THEN {down} END",
            value=value,
            up=sql.Literal(scalars.FOREVER["infinity"]),
            down=sql.Literal(scalars.FOREVER["-infinity"]),
        )


_INTEGERS: dict[int, LiteralString] = {
    1: "substring(int2send({c}::int2) FROM 2)",
    2: "int2send({c}::int2)",
    4: "int4send({c}::int4)",
    8: "int8send({c}::int8)",
}
_DECIMAL: LiteralString = "textsend(trim_scale({c})::text)"
_LAST_YEARS: LiteralString = (
    "CASE WHEN {c} < '294247-01-10 04:00:54.775808+00' THEN {ticks} ELSE '\\x0000000000000000'::bytea"
    # a century earlier: above 8 bytes `extract` itself isn't exact
    " || int8send((extract(epoch FROM {c} - interval '876000 hours') * 1000000"
    " + 3153600000000000 - 18446744073709551616)::int8) END"
)
_SHIFTED: LiteralString = "timestamp_send({c} + interval '262968 hours')"
_SHIFTED_AWARE: LiteralString = "timestamptz_send({c} + interval '262968 hours')"
_SCALARS: dict[str, Callable[[_Scalar], sql.Composable]] = {
    "boolean": _Scalar.boolean,
    "integer": _Scalar.integer,
    "decimal": _Scalar.decimal,
    "float": _Scalar.real,
    "text": _Scalar.text,
    "bytes": _Scalar.bytes,
    "uuid": _Scalar.uuid,
    "date": _Scalar.date,
    "time": _Scalar.time,
    "timestamp": _Scalar.timestamp,
    "duration": _Scalar.duration,
    "inet": _Scalar.inet,
}
