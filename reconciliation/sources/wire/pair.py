"""A table of Cassandra and its copy in PostgreSQL, whose rows are both read as Cassandra sends them, in its order."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from psycopg import sql

from reconciliation.sources.cassandra import CassandraSide
from reconciliation.sources.cassandra.raw import Page
from reconciliation.sources.postgres.connecting import asking
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import Bounds, Key, Side

from .copying import rows
from .expressions import UNFIT, sent

BATCH = 2_000
# row after row by the index of the token would read a page of the table again for nearly each; and readers enough read
# at once already
PAGE_BY_PAGE = "SET LOCAL enable_indexscan = off; SET LOCAL max_parallel_workers_per_gather = 0"


@dataclass(frozen=True)
class WirePair:
    """Two sides that share ranges of tokens, whose rows can be compared as they come."""

    source: CassandraSide
    target: PostgresSide
    selected: sql.Composable
    order: sql.Composable

    @classmethod
    def of(cls, source: Side, target: Side) -> Self | None:
        """None when the target has no token, or some column no such form."""
        if not isinstance(source, CassandraSide) or not isinstance(target, PostgresSide) or not target.ranges.tokens:
            return None
        types = source.sent_types
        columns = [sent(read, cql) for read, cql in zip(target.columns, types, strict=True)] if types else [None]
        known = [column for column in columns if column is not None]
        if len(known) < len(columns):
            return None
        return cls(source, target, sql.SQL(", ").join(known), _order(source, target))

    @property
    def columns(self) -> int:
        return len(self.target.columns)

    @property
    def keys(self) -> int:
        """How many of the columns are the key; they come first."""
        return len(self.target.key_columns)

    def source_pages(self, bounds: Bounds) -> Generator[Page]:
        return self.source.sent(bounds)

    def target_rows(self, bounds: Bounds) -> Generator[list[bytes]]:
        """Rows in batches, each as it would stand in a page of the source."""
        target = self.target
        query = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT (FORMAT binary)").format(
            self.selected, target.name, target.ranges.condition(bounds), self.order
        )
        with asking(target.place), target.connection.transaction(), target.connection.cursor() as cursor:
            cursor.execute(PAGE_BY_PAGE)
            with cursor.copy(query) as copy:
                each = rows(copy)
                while batch := list(islice(each, BATCH)):
                    yield batch

    def key(self, sent: Sequence[bytes | None]) -> Key | None:
        """The key of a row's first values; None for one that only the target can hold."""
        return None if UNFIT in sent else self.source.key_of(sent)


def _order(source: CassandraSide, target: PostgresSide) -> sql.Composable:
    """By token and clustering. Where the servers order a type differently, rows only look different that aren't."""
    pairs = zip(target.definition.columns, target.key_operands, strict=False)
    by_name = {column.source: operand for column, operand in pairs}
    ordered = [
        sql.SQL("{} DESC" if descending else "{}").format(by_name[name].ordered)
        for name, descending in source.clustering
        if name in by_name
    ]
    return sql.SQL(", ").join([target.ranges.ordered, *ordered])
