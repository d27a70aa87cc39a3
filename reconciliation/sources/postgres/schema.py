"""A table as PostgreSQL's catalog describes it."""

from dataclasses import dataclass, field
from typing import Any, LiteralString

from reconciliation.definition import Place
from reconciliation.sources.protocol import Column, SchemaChanged, Shape

from .connecting import Connection, asking
from .types import COMPOSITE, ENUM

_TABLE: LiteralString = """
SELECT c.oid::int8, c.relkind::text,
       CASE WHEN c.relkind = 'p' THEN (SELECT sum(nullif(leaf.reltuples, -1))
                                         FROM pg_partition_tree(c.oid) AS part
                                         JOIN pg_class AS leaf ON leaf.oid = part.relid AND part.isleaf)
            ELSE nullif(c.reltuples, -1) END::int8,
       current_setting('server_version')
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_COLUMNS: LiteralString = """
SELECT a.attname::text, a.atttypid::int8, a.atttypmod, a.attnotnull, array_position(k.indkey::int2[], a.attnum),
       to_jsonb(col), to_jsonb(db)
  FROM pg_attribute AS a
  JOIN pg_database AS db ON db.datname = current_database()
  LEFT JOIN pg_index AS k ON k.indrelid = a.attrelid AND k.indisprimary
  LEFT JOIN pg_collation AS col ON col.oid = a.attcollation
 WHERE a.attrelid = %s::int8::oid AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
"""
_INDEXES: LiteralString = """
SELECT i.indisunique AND i.indimmediate,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
               JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
              WHERE place <= i.indnkeyatts ORDER BY place)
  FROM pg_index AS i
 WHERE i.indrelid = %s::int8::oid AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
 ORDER BY i.indisprimary DESC, i.indexrelid
"""
_TYPE: LiteralString = """
SELECT typtype::text, format_type(oid, %s), typelem::int8, typbasetype::int8, typtypmod, typrelid::int8,
       typcategory = 'A' AND typlen = -1 AND typelem <> 0
  FROM pg_type WHERE oid = %s::int8::oid
"""
_FIELDS: LiteralString = """
SELECT quote_ident(attname), atttypid::int8, atttypmod
  FROM pg_attribute WHERE attrelid = %s::int8::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
BYTE_ORDER = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic"})  # collations that compare code points


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column with what a reader needs to know of it."""

    column: Column
    byte_order: bool  # sorts as its bytes do, as COLLATE "C" does
    deterministic: bool  # texts that are equal have equal bytes


@dataclass(frozen=True, kw_only=True)
class Table:
    """What the catalog says of one table."""

    kind: str  # relkind
    rows: int | None
    version: str
    fields: dict[str, Field]
    unique: list[list[str]] = field(default_factory=list)
    indexes: list[list[str]] = field(default_factory=list)

    @property
    def shape(self) -> Shape:
        return Shape(
            columns=tuple(one.column for one in self.fields.values()),
            rows=self.rows,
            server=f"PostgreSQL {self.version}",
            details={"unique": self.unique, "indexed": sorted({columns[0] for columns in self.indexes})},
        )


def describe(connection: Connection, place: Place) -> Table:
    """The table as it is now. Raises `SchemaChanged` when there is none."""
    with asking(place):
        found = connection.execute(_TABLE, [place.schema, place.table]).fetchone()
        if found is None:
            raise SchemaChanged(
                f"{place.connection}: there is no table {place.schema}.{place.table}. Create it, or correct the "
                "mapping."
            )
        oid, kind, rows, version = found
        indexes = connection.execute(_INDEXES, [oid]).fetchall()
        names = _Names(connection)
        columns = connection.execute(_COLUMNS, [oid]).fetchall()
        return Table(
            kind=kind,
            rows=rows,
            version=version.partition(" ")[0],
            fields={name: _field(names, name, *rest) for name, *rest in columns},
            unique=[columns for unique, columns in indexes if unique],
            indexes=[columns for _, columns in indexes if columns],
        )


def _field(
    names: "_Names",
    name: str,
    oid: int,
    modifier: int,
    not_null: bool,
    place: int | None,
    collation: dict[str, Any] | None,
    database: dict[str, Any],
) -> Field:
    column = Column(name=name, type=names.of(oid, modifier), nullable=not not_null, partition=place)
    return Field(
        column=column,
        byte_order=collation is None or _byte_order(collation, database),
        deterministic=collation is None or bool(collation["collisdeterministic"]),
    )


def _byte_order(collation: dict[str, Any], database: dict[str, Any]) -> bool:
    provider, locale = collation["collprovider"], collation.get("collcollate")
    if provider == "d":
        provider, locale = database["datlocprovider"], database["datcollate"]
    return provider == "b" or (provider == "c" and locale in BYTE_ORDER)


class _Names:
    """Names of types, each looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[int, int], str] = {}

    def of(self, oid: int, modifier: int) -> str:
        if (oid, modifier) not in self._known:
            self._known[oid, modifier] = self._name(oid, modifier)
        return self._known[oid, modifier]

    def _name(self, oid: int, modifier: int) -> str:
        row = self._connection.execute(_TYPE, [modifier, oid]).fetchone()
        assert row is not None  # a column's type exists
        kind, name, element, base, base_modifier, relation, is_array = row
        if is_array:
            return f"{self.of(element, modifier)}[]"
        if kind == "d":
            return self.of(base, base_modifier)
        if kind == "e":
            return f"{ENUM}{name}"
        if kind == "c":
            fields = self._connection.execute(_FIELDS, [relation]).fetchall()
            inner = ", ".join(f"{field} {self.of(*type_)}" for field, *type_ in fields)
            return f"{COMPOSITE}{name}({inner})"
        return str(name)
