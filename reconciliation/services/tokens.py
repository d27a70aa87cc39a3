"""The column of the target that has the source's partition token: made, filled, and kept filled.

With it a range of tokens is the same rows on both sides, which are then read at once; without it each side's rows are
looked up in the other.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql

from project.api.errors import InvalidRequest
from reconciliation.definition import Definition, Place
from reconciliation.sources.cassandra import CassandraSide
from reconciliation.sources.postgres import columns
from reconciliation.sources.postgres.connecting import Connection, connect, translated
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import SourceError
from reconciliation.states import SourceKind

COLUMN = "cassandra_token"
BLOCKS = 256  # of 8 kB: some ten thousand rows in one transaction
ROWS = 10_000
NOWHERE = 0  # token of rows whose key Cassandra can't hold: in some range they must be, to be found missing there
LONGEST_NAME = 63

Progress = Callable[[int], None]


def add_token(definition: Definition, *, column: str = COLUMN, progress: Progress = lambda _: None) -> int:
    """Adds the column and its index to the target and fills both; returns how many rows it filled.

    What is there already is kept, so that it can be called again after it was interrupted. Readers and writers go on
    meanwhile; only a partitioned table can't be written while its index is built. `progress` is told the rows so far.
    Raises `InvalidRequest` for a source other than Cassandra, `SourceError` when the target refuses.
    """
    if definition.source.kind != SourceKind.CASSANDRA:
        raise InvalidRequest.field("token_column", "Only a Cassandra source has partition tokens.")
    with _filling(definition, column) as filling:
        filling.add_column()
        filled = 0
        for leaf in filling.leaves():
            for batch in filling.walk(leaf):
                filled += batch
                progress(filled)
        filling.index()
        return filled + filling.stragglers()


def fill_tokens(definition: Definition) -> int:
    """Fills the token of rows that were written without one since; returns how many there were.

    A row without a token is in no range. Cheap when there is none: the index finds them.
    """
    with _filling(definition, definition.token_column) as filling:
        return filling.stragglers()


@contextmanager
def _filling(definition: Definition, column: str) -> Iterator["_Filling"]:
    by_key = replace(definition, columns=definition.columns[: definition.keys], token_column="", timestamp_column="")
    with (
        closing(CassandraSide(by_key)) as source,
        closing(PostgresSide(by_key, "target")) as target,
        closing(connect(definition.target)) as connection,
        _asking(definition.target),
    ):
        # this one is never given back: it writes, and takes its time over an index
        connection.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
        yield _Filling(source, target, connection, column)


class _Filling:
    """The work on one target."""

    def __init__(self, source: CassandraSide, target: PostgresSide, connection: Connection, column: str) -> None:
        self._source, self._target, self._connection = source, target, connection
        self._column = sql.Identifier(column)
        self._index = f"{target.place.table}_{column}"[:LONGEST_NAME]
        self._finish = columns.finisher(target.key_columns)

    def add_column(self) -> None:
        self._run("ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} bigint")

    def index(self) -> None:
        """Anew when a build was interrupted: what it left is there, and no query uses it."""
        place = self._target.place
        (broken,) = self._connection.execute(
            "SELECT EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
            " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = %s AND NOT i.indisvalid)",
            [place.schema, self._index],
        ).fetchone() or (False,)
        if broken:
            self._run("DROP INDEX {dropped}")
        concurrently = "" if self._target.table.kind == "p" else "CONCURRENTLY "
        self._run(f"CREATE INDEX {concurrently}IF NOT EXISTS {{index}} ON {{table}} ({{column}})")

    def leaves(self) -> list[tuple[sql.Identifier, int]]:
        """The table, or its partitions, with the size in blocks."""
        found = self._connection.execute(
            "SELECT n.nspname, c.relname, pg_relation_size(c.oid) / current_setting('block_size')::int"
            " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE c.relkind <> 'p'"
            " AND (c.oid = %(table)s::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree(%(table)s::regclass)))",
            {"table": self._target.name.as_string(self._connection)},
        )
        return [(sql.Identifier(schema, name), blocks) for schema, name, blocks in found]

    def walk(self, leaf: tuple[sql.Identifier, int]) -> Iterator[int]:
        """Rows from the first block to the last, each batch a transaction; what is written meanwhile comes behind."""
        table, blocks = leaf
        for first in range(0, blocks, BLOCKS):
            inside = sql.SQL("ctid >= {}::tid AND ctid < {}::tid AND {} IS NULL").format(
                f"({first},0)", f"({first + BLOCKS},0)", self._column
            )
            yield self._batch(table, inside)

    def stragglers(self) -> int:
        """Rows that still have none, by the index."""
        total = 0
        for table, _ in self.leaves():
            missing = sql.SQL("{} IS NULL LIMIT {}").format(self._column, ROWS)
            # asked first without a lock: a role that may only read is enough where nothing is to be done
            while self._any(table, missing):
                total += self._batch(table, missing)
        return total

    def _any(self, table: sql.Identifier, where: sql.Composable) -> bool:
        return self._connection.execute(sql.SQL("SELECT FROM {} WHERE {}").format(table, where)).rowcount > 0

    def _batch(self, table: sql.Identifier, where: sql.Composable) -> int:
        query = sql.SQL("SELECT ctid::text, {} FROM {} WHERE {} FOR UPDATE").format(
            columns.select(self._target.key_columns), table, where
        )
        with self._connection.transaction():
            found = self._connection.execute(query, binary=True).fetchall()
            keys: Any = self._finish([row[1:] for row in found])
            tokens = [self._source.token_of(key) for key in keys]
            self._connection.execute(
                sql.SQL(
                    "UPDATE {} AS t SET {} = given.token FROM unnest(%s::text[]::tid[], %s::bigint[])"
                    " AS given (place, token) WHERE t.ctid = given.place"
                ).format(table, self._column),
                [[row[0] for row in found], [NOWHERE if token is None else token for token in tokens]],
            )
        return len(found)

    def _run(self, statement: Any) -> None:
        names = {
            "table": self._target.name,
            "column": self._column,
            "index": sql.Identifier(self._index),
            "dropped": sql.Identifier(self._target.place.schema, self._index),
        }
        self._connection.execute(sql.SQL(statement).format(**names))


@contextmanager
def _asking(place: Place) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise SourceError(
            f"{place.connection}: the role may not add to {place.schema}.{place.table}: connect as its owner."
        ) from error
    except psycopg.Error as error:
        raise translated(error, place) from error
