"""The fast path between two tables of PostgreSQL: both servers hash their rows, and only sums are compared.

One pass over a range gives the sums of hundreds of small ones, on both servers at once. Of those that differ the hashes
themselves are read, and only rows that differ in theirs have to be read at all.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple, Self, TypeVar

from psycopg import sql

from reconciliation.sources.protocol import Bounds, Key, Side

from .buckets import Bucket, collect, query
from .columns import select
from .hashing import row_hashes
from .side import PostgresSide

Answer = TypeVar("Answer")
BUCKET_ROWS = 256  # of the source; what a single difference makes both sides hash once more


class Verdict(NamedTuple):
    """A range, its rows on both sides, and whether they are equal."""

    bounds: Bounds
    source_rows: int
    target_rows: int
    equal: bool


@dataclass(frozen=True)
class HashedSide:
    """A table, and the expression of its rows' hash."""

    side: PostgresSide
    row_hash: sql.Composable

    def buckets(self, bounds: Bounds, cuts: list[Any]) -> list[Bucket]:
        """The sums between each two cuts."""
        side = self.side
        found = side.ask(query(side.ranges, bounds, cuts, self.row_hash, clustered=side.clustered()))
        return collect(found, len(cuts) + 1)

    def rows(self, several: Sequence[Bounds]) -> list[tuple[Key, int]]:
        """Key and hash of each row in these ranges."""
        side = self.side
        selected = sql.SQL("SELECT {}, {} FROM {} WHERE ").format(select(side.key_columns), self.row_hash, side.name)
        parts = [sql.SQL("{}{}").format(selected, side.ranges.condition(bounds)) for bounds in several]
        found = side.ask(sql.SQL(" UNION ALL ").join(parts), binary=True)
        return [(row[:-1], row[-1]) for row in found]


@dataclass(frozen=True)
class HashedPair:
    """Two tables whose servers compute the same hash of equal rows."""

    source: HashedSide
    target: HashedSide

    @classmethod
    def of(cls, source: Side, target: Side) -> Self | None:
        """None when a side isn't PostgreSQL, a column has no hash in common, or the servers hash differently."""
        if not isinstance(source, PostgresSide) or not isinstance(target, PostgresSide):
            return None
        hashes = row_hashes(source, target)
        return None if hashes is None else cls(HashedSide(source, hashes[0]), HashedSide(target, hashes[1]))

    def verdicts(self, bounds: Bounds) -> Iterator[Verdict]:
        """The ranges that `bounds` falls into, in order and without gaps; neighbours of one verdict as one."""
        source, target = self.source.side, self.target.side
        cuts = source.cuts(bounds, BUCKET_ROWS) if source.ranges.indexed and target.ranges.indexed else []
        edges = [bounds.lower, *cuts, bounds.upper]
        of_source, of_target = self._both(lambda one: one.buckets(bounds, cuts))
        yield from _merged(zip([Bounds(*edge) for edge in pairwise(edges)], of_source, of_target, strict=True))

    def rows(self, several: Sequence[Bounds]) -> tuple[list[tuple[Key, int]], list[tuple[Key, int]]]:
        """Of source and target, key and hash of each row in these ranges."""
        return self._both(lambda one: one.rows(several))

    def _both(self, ask: Callable[[HashedSide], Answer]) -> tuple[Answer, Answer]:
        """At once, since each waits for another server."""
        with ThreadPoolExecutor(1) as beside:
            of_target = beside.submit(ask, self.target)
            return ask(self.source), of_target.result()


def _merged(found: Iterable[tuple[Bounds, Bucket, Bucket]]) -> Iterator[Verdict]:
    for equal, run in groupby(found, key=lambda one: one[1] == one[2]):
        several = list(run)
        yield Verdict(
            Bounds(several[0][0].lower, several[-1][0].upper),
            sum(one.rows for _, one, _ in several),
            sum(other.rows for *_, other in several),
            equal,
        )
