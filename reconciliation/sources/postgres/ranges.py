"""Half-open ranges, (lower, upper], of a key or of the partition token: as conditions, and how a table is cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from psycopg import sql

from reconciliation.sources.protocol import Bounds

from .connecting import Connection
from .operands import Operand

EXACT_ROWS = 5_000_000  # so many keys are numbered one by one; of larger tables a sample is cut
SAMPLED = 64  # keys of a sample for each range
UNINDEXED_RANGES = 256  # at most, where each range reads the whole table


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """The order that one table is cut in. With `tokens` a bound is a number and rows without token are in the first
    range, else it is the list of the key's values as text."""

    table: sql.Composable
    operands: tuple[Operand, ...]
    tokens: bool
    rows: int | None
    indexed: bool
    sampleable: bool

    def condition(self, bounds: Bounds) -> sql.Composable:
        """Which rows are in the range."""
        sides = []
        if bounds.lower is not None:
            sides.append(sql.SQL("{} > {}").format(self.ordered, self._bound(bounds.lower)))
        if bounds.upper is not None:
            upper = sql.SQL("{} <= {}").format(self.ordered, self._bound(bounds.upper))
            first = self.tokens and bounds.lower is None
            sides.append(sql.SQL("({} OR {} IS NULL)").format(upper, self.ordered) if first else upper)
        return sql.SQL(" AND ").join(sides) if sides else sql.SQL("true")

    def split(self, connection: Connection, rows: int) -> list[Bounds]:
        """Ranges of about so many rows, that together are everything."""
        if not self.indexed:
            rows = max(rows, (self.rows or 0) // UNINDEXED_RANGES)
        if self.sampleable and (self.rows or 0) > EXACT_ROWS:
            cuts = self._sampled_cuts(connection, rows)
        else:
            cuts = self.cuts(connection, Bounds(), rows)
        edges = [None, *cuts, None]
        return [Bounds(lower, upper) for lower, upper in pairwise(edges)]

    def halve(self, connection: Connection, bounds: Bounds) -> list[Bounds]:
        """Two ranges around the key in the middle; the range itself when one key is all there is."""
        inside = self.condition(bounds)
        (count,) = connection.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self.table, inside)
        ).fetchone() or (0,)
        if count < 2:
            return [bounds]
        query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} OFFSET {} LIMIT 1").format(
            self._texts(), self.table, inside, self._order(), sql.Literal((count - 1) // 2)
        )
        middle = self._cuts(connection.execute(query).fetchall())
        if not middle or middle[0] == bounds.upper:
            return [bounds]
        return [Bounds(bounds.lower, middle[0]), Bounds(middle[0], bounds.upper)]

    def cuts(self, connection: Connection, bounds: Bounds, rows: int) -> list[Any]:
        """Every so many keys of a range, in order, save its upper bound: by numbering them along the index."""
        query = sql.SQL(
            "SELECT {texts} FROM (SELECT {names}, row_number() OVER (ORDER BY {order}) AS place_ FROM {table}"
            " WHERE {inside}) AS numbered WHERE place_ % {rows} = 0 ORDER BY place_"
        ).format(
            texts=self._texts(),
            names=sql.SQL(", ").join(sql.Identifier(one.name) for one in self.operands),
            order=self._order(),
            table=self.table,
            inside=self.condition(bounds),
            rows=sql.Literal(rows),
        )
        found = self._cuts(connection.execute(query).fetchall())
        return found[:-1] if found and found[-1] == bounds.upper else found

    def _sampled_cuts(self, connection: Connection, rows: int) -> list[Any]:
        """By pages picked at random: a few thousand reads instead of the whole index."""
        total = self.rows or 1
        ranges = -(-total // rows)
        percent = min(100.0, 100.0 * ranges * SAMPLED / total)
        query = sql.SQL("SELECT {} FROM {} TABLESAMPLE SYSTEM ({}) ORDER BY {}").format(
            self._texts(), self.table, sql.Literal(percent), self._order()
        )
        sample = connection.execute(query).fetchall()
        step = len(sample) // ranges
        if not step:  # fewer rows than the statistics say
            return self.cuts(connection, Bounds(), rows)
        return self._cuts(sample[step::step])

    def _cuts(self, found: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Bounds of rows of texts, each once."""
        given = [int(row[0]) if self.tokens else list(row) for row in found if None not in row]
        return [cut for place, cut in enumerate(given) if not place or cut != given[place - 1]]

    @property
    def ordered(self) -> sql.Composable:
        return self._row([one.ordered for one in self.operands])

    def _bound(self, bound: Any) -> sql.Composable:
        values = [str(bound)] if self.tokens else bound
        return self._row([one.literal(text) for one, text in zip(self.operands, values, strict=True)])

    def _row(self, values: Sequence[sql.Composable]) -> sql.Composable:
        joined = sql.SQL(", ").join(values)
        return joined if len(values) == 1 else sql.SQL("({})").format(joined)

    def _order(self) -> sql.Composable:
        return sql.SQL(", ").join([one.ordered for one in self.operands])

    def _texts(self) -> sql.Composable:
        """Under names of their own: ORDER BY would take a text of the column's name for the column."""
        return sql.SQL(", ").join(
            sql.SQL("{}::text AS {}").format(sql.Identifier(one.name), sql.Identifier(f"bound {place}"))
            for place, one in enumerate(self.operands)
        )
