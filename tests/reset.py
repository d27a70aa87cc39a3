"""Puts the database back as migrations left it, touching only what a test changed."""

from dataclasses import dataclass
from functools import cache
from typing import Self

import psycopg
from psycopg import sql

KEPT = "django_migrations"
TRUNCATE_ABOVE = 1_000_000  # bytes; below it a DELETE is faster, it makes no new files


@dataclass(frozen=True)
class Table:
    """A table as migrations left it: its rows as COPY text and their digest."""

    name: str
    rows: bytes
    digest: str | None
    referenced: bool

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier("public", self.name)


class Baseline:
    """The reference rows and sequences of a freshly migrated database, and the way back to them."""

    def __init__(self, connection: psycopg.Connection, tables: list[Table], sequences: dict[str, int | None]) -> None:
        self._connection = connection
        self._tables = {table.name: table for table in tables}
        self._sequences = sequences

    @classmethod
    def take(cls, url: str) -> Self:
        """Read every table; the connection is kept for `restore` and closed by `close`."""
        connection = psycopg.connect(url, autocommit=True, application_name="tutup tests")
        for setting in ("lock_timeout = '60s'", "session_replication_role = replica", "synchronous_commit = off"):
            connection.execute(f"SET {setting}")
        names = _names(connection)
        digests = _digests(connection, names)
        tables = [
            Table(name, _copy_out(connection, name), digests[name], _referenced(connection, name)) for name in names
        ]
        return cls(connection, tables, _sequences(connection))

    def restore(self) -> None:
        """Drop tables that a test made, put rows and sequences back. Waits at most a minute for a lock."""
        with self._connection.transaction():
            present = _names(self._connection)
            self._drop([name for name in present if name not in self._tables])
            if lost := sorted(self._tables.keys() - set(present)):
                message = f"the test dropped {', '.join(lost)}: give such a test a database of its own"
                raise AssertionError(message)
            digests = _digests(self._connection, list(self._tables))
            for name, digest in digests.items():
                if digest != self._tables[name].digest:
                    self._put_back(self._tables[name])
            self._reset_sequences()

    def close(self) -> None:
        self._connection.close()

    def _drop(self, names: list[str]) -> None:
        for name in names:
            # a partition may be gone with its parent
            self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier("public", name)))

    def _put_back(self, table: Table) -> None:
        size = self._connection.execute("SELECT pg_relation_size(%s::regclass)", [f'public."{table.name}"']).fetchone()
        large = bool(size) and size[0] > TRUNCATE_ABOVE and not table.referenced
        command = "TRUNCATE {}" if large else "DELETE FROM {}"
        self._connection.execute(sql.SQL(command).format(table.identifier))
        if table.rows:
            with self._connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table.identifier)) as copy:
                copy.write(table.rows)

    def _reset_sequences(self) -> None:
        for name, value in _sequences(self._connection).items():
            if name in self._sequences and self._sequences[name] != value:
                first = self._sequences[name]
                self._connection.execute("SELECT setval(%s, coalesce(%s, 1), %s)", [name, first, first is not None])


def _names(connection: psycopg.Connection) -> list[str]:
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> %s"
        " ORDER BY relname",
        [KEPT],
    )
    return [name for (name,) in found]


def _digests(connection: psycopg.Connection, names: list[str]) -> dict[str, str | None]:
    """For each table a digest of its rows, None when it is empty; a big table costs no more than a few pages."""
    # by name: a parallel plan gives the parts of a UNION ALL in any order
    found: dict[str, str | None] = dict(connection.execute(_digests_query(*names)).fetchall())
    return {name: found[f'public."{name}"'] for name in names}


@cache
def _digests_query(*names: str) -> bytes:
    """Made once, since every test needs it. A sum takes rows in any order: sorting those of each table costs ten times
    as much."""
    one = sql.SQL(
        "SELECT {name} AS name, CASE WHEN pg_relation_size({name}::regclass) > {limit} THEN 'large' ELSE"
        " (SELECT sum(hashtextextended(t::text, 0))::text FROM {table} t) END"
    )
    parts = [
        one.format(
            name=sql.Literal(f'public."{name}"'),
            limit=sql.Literal(TRUNCATE_ABOVE),
            table=sql.Identifier("public", name),
        )
        for name in names
    ]
    return sql.SQL(" UNION ALL ").join(parts).as_bytes()


def _copy_out(connection: psycopg.Connection, name: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier("public", name))) as copy:
        return b"".join(bytes(part) for part in copy)


def _referenced(connection: psycopg.Connection, name: str) -> bool:
    found = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass)",
        [f'public."{name}"'],
    ).fetchone()
    return bool(found and found[0])


def _sequences(connection: psycopg.Connection) -> dict[str, int | None]:
    found: psycopg.Cursor[tuple[str, int | None]] = connection.execute(
        "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"
    )
    return dict(found.fetchall())
