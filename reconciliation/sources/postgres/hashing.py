"""A row of two tables as one number, computed by both servers, that is equal when the rows are.

Hashed are the bytes that a type is sent as where they tell apart what the canonical form does, else its canonical
bytes, or a text that says at least as much. The hashes of the types themselves would not do: those of bigint and of
times fold eight bytes to four (-1 is 4294967295), that of numeric has no sign. Rows that the hash finds different are
read and compared: it may find too much different. Too little only by an accident of one in 2^64 for each bucket.

A record's hash is 31 times the one before plus the next column's, so sums of it would not see values that two rows
exchanged: it is hashed once more.
"""

from typing import LiteralString

from psycopg import sql

from .columns import Read
from .operands import SERVER_TEXTS
from .side import PostgresSide
from .types import plain

# of each kind of value that is hashed: two servers that agree on these agree on all
PROBE: LiteralString = """
SELECT hash_record_extended(ROW(int8send(hash_record_extended(ROW(true, int8send(42), numeric_send(trim_scale(1.50)),
       'text'::text, '\\x00ff'::bytea, date '2024-02-29', time_send('23:59:59.999999'),
       timestamp_send('2024-02-29'), timestamptz_send('2024-02-29 12:00:00+00'),
       '00000000-0000-4000-8000-0000000000ff'::uuid, NULL::bytea), 0))), 0)
"""
_SAME: dict[str, LiteralString] = {
    "boolean": "{c}",
    "integer": "int8send({c}::int8)",
    "text": "{c}::text",
    "bytes": "{c}",
    "uuid": "{c}",
    "date": "{c}",
}
SENT = frozenset({"decimal", "time", "timestamp"})
_AS_TEXT: LiteralString = "{c}::text"


def row_hashes(source: PostgresSide, target: PostgresSide) -> tuple[sql.Composable, sql.Composable] | None:
    """The expression of a row's hash on each side; None when a column has none in common, or the servers disagree."""
    pairs = []
    for one, other in zip(source.columns, target.columns, strict=True):
        if one.rule.ignore:
            continue
        found = _pair(one, other)
        if found is None:
            return None
        pairs.append(found)
    if not pairs or source.ask(sql.SQL(PROBE)) != target.ask(sql.SQL(PROBE)):
        return None
    return _row([one for one, _ in pairs]), _row([other for _, other in pairs])


def _row(columns: list[sql.Composable]) -> sql.Composable:
    return sql.SQL("hash_record_extended(ROW(int8send(hash_record_extended(ROW({}), 0))), 0)").format(
        sql.SQL(", ").join(columns)
    )


def _pair(one: Read, other: Read) -> tuple[sql.Composable, sql.Composable] | None:
    template = _same(one, other)
    if template is None and one.reading.encode is None and other.reading.encode is None:
        return one.reading.expression, other.reading.expression
    if template is None:  # of what Python encodes, texts of one type: equal texts are equal values
        template = _AS_TEXT if one.field.column.type == other.field.column.type else None
    return (_put(template, one), _put(template, other)) if template is not None else None


def _put(template: LiteralString, column: Read) -> sql.Composable:
    return sql.SQL(template).format(c=sql.Identifier(column.name))


def _same(one: Read, other: Read) -> LiteralString | None:
    """What is hashed of both columns as it is, if it may be."""
    kind = one.compared.type.name
    names = plain(one.field.column.type), plain(other.field.column.type)
    if not _exact(one):
        return None
    if kind in SENT:
        return _SENT.get(names[0]) if names[0] == names[1] else None
    if kind == "text" and not (one.field.deterministic and other.field.deterministic and set(names) <= SERVER_TEXTS):
        return None
    return _SAME.get(kind)


def _exact(column: Read) -> bool:
    rule = column.rule
    return rule.unit is None and not (rule.nfc or rule.trim or rule.empty_is_null)


# of the same type on both sides
_SENT: dict[str, LiteralString] = {
    "numeric": "numeric_send(trim_scale({c}))",
    "time without time zone": "time_send({c})",
    "timestamp without time zone": "timestamp_send({c})",
    "timestamp with time zone": "timestamptz_send({c})",
}
