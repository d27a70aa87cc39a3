"""A table of PostgreSQL, read for one mapping."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import sql

from project.api.errors import InvalidRequest
from reconciliation.definition import Definition
from reconciliation.sources.protocol import Bounds, Key, Row, SchemaChanged, Shape

from . import columns
from .columns import Read, Which
from .connecting import Connection, asking, connect, give_back
from .keys import of_keys, refuse_null_keys, refuse_repeating_keys, texts
from .operands import Operand, operand, whole_number
from .ranges import Ranges
from .schema import describe

PAGE = 5_000
SAMPLED_ROWS = 2_000_000  # of larger tables a share is drawn before keys are
CLUSTERED = 0.9  # correlation of key and place, from 0 to 1, above which rows are read along the index
TABLES = frozenset("rpm")  # kinds of relations that TABLESAMPLE takes


class PostgresSide:
    """See `protocol.Side`. With `by_token` a range is one of the definition's token column."""

    def __init__(self, definition: Definition, which: Which, *, by_token: bool = False) -> None:
        self.definition = definition
        self.place = definition.source if which == "source" else definition.target
        self.connection: Connection = connect(self.place)
        try:
            self.table = describe(self.connection, self.place)
            self.columns = columns.columns(definition, which, self.place, self.table)
            self.key_operands = self._operands()
            self.ranges = self._ranges(by_token)
        except BaseException:
            self.close()
            raise
        self._timestamp = self._timestamp_column(which)
        self._finish = columns.finisher(self.columns)

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.place.schema, self.place.table)

    @property
    def key_columns(self) -> tuple[Read, ...]:
        return self.columns[: self.definition.keys]

    def shape(self) -> Shape:
        return self.table.shape

    def require_key(self) -> None:
        """Raises `SchemaChanged` when the key's columns no longer name each row, and only one."""
        refuse_repeating_keys(self.table, self.place, self.key_columns)
        with asking(self.place):
            refuse_null_keys(self.connection, self.place, self.key_columns)

    def split(self, rows: int) -> list[Bounds]:
        with asking(self.place):
            return self.ranges.split(self.connection, rows)

    def cuts(self, bounds: Bounds, rows: int) -> list[Any]:
        """Keys that cut a range into smaller ones of about so many rows."""
        with asking(self.place):
            return self.ranges.cuts(self.connection, bounds, rows)

    def ask(self, query: sql.SQL | sql.Composed, *, binary: bool = False) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with asking(self.place):
            return self.connection.execute(query, binary=binary).fetchall()

    def clustered(self) -> bool:
        """Whether rows lie about in the order of the ranges, as far as the statistics tell."""
        found = self.ask(
            sql.SQL(
                "SELECT correlation FROM pg_stats WHERE schemaname = {} AND tablename = {} AND attname = {}"
            ).format(
                sql.Literal(self.place.schema),
                sql.Literal(self.place.table),
                sql.Literal(self.ranges.operands[0].name),
            )
        )
        return any(correlation is not None and abs(correlation) > CLUSTERED for (correlation,) in found)

    def halve(self, bounds: Bounds) -> list[Bounds]:
        with asking(self.place):
            return self.ranges.halve(self.connection, bounds)

    def count(self, bounds: Bounds) -> int:
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self.name, self.ranges.condition(bounds))
        with asking(self.place):
            (count,) = self.connection.execute(query).fetchone() or (0,)
        return int(count)

    def read(self, bounds: Bounds, *, since: datetime | None = None) -> Iterator[list[Row]]:
        inside = self.ranges.condition(bounds)
        if since is not None:
            inside = sql.SQL("{} AND {}").format(inside, self._written(since))
        query = sql.SQL("SELECT {} FROM {} WHERE {}").format(columns.select(self.columns), self.name, inside)
        with (
            asking(self.place),
            self.connection.transaction(),
            self.connection.cursor(name="range", binary=True) as cursor,
        ):
            cursor.execute(query)
            while page := cursor.fetchmany(PAGE):
                yield self._finish(page)

    def fetch(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        found = self._finish(self._of_keys(keys, columns.select(self.columns), sql.SQL("true")))
        return {row[: self.definition.keys]: row for row in found}  # type: ignore[misc]  # a key has no NULL

    def written_since(self, keys: Sequence[Key], moment: datetime) -> set[Key]:
        if self._timestamp is None:
            return set()
        return set(self._of_keys(keys, columns.select(self.key_columns), self._written(moment)))

    def expiring(self, keys: Sequence[Key], within: timedelta) -> set[Key]:
        """None: PostgreSQL keeps what it has."""
        return set()

    def sample(self, count: int) -> list[Key]:
        rows = self.table.rows or 0
        if rows > SAMPLED_ROWS and self.table.kind in TABLES:
            # three times as many as wanted: the odds of too few are nil, if the table has the rows it is said to have
            percent = min(100.0, 300.0 * max(count, 1_000) / rows)
            share = sql.SQL("{} TABLESAMPLE BERNOULLI ({})").format(self.name, sql.Literal(percent))
            if len(drawn := self._drawn(share, count)) == count:
                return drawn
        return self._drawn(self.name, count)

    def _drawn(self, rows: sql.Composable, count: int) -> list[Key]:
        query = sql.SQL("SELECT {} FROM {} ORDER BY random() LIMIT {}").format(
            columns.select(self.key_columns), rows, sql.Literal(count)
        )
        with asking(self.place):
            return self.connection.execute(query, binary=True).fetchall()

    def shown(self, row: Row) -> dict[str, Any]:
        return columns.shown(self.columns, row)

    def close(self) -> None:
        give_back(self.place, self.connection)

    def _of_keys(self, keys: Sequence[Key], what: sql.Composable, where: sql.Composable) -> list[tuple[Any, ...]]:
        values = texts(keys, [one.compared.type for one in self.key_columns])
        if values is None:
            return []
        query = of_keys(values, self.key_operands, table=self.name, what=what, where=where)
        with asking(self.place):
            return self.connection.execute(query, binary=True).fetchall()

    def _written(self, moment: datetime) -> sql.Composable:
        if self._timestamp is None:
            raise InvalidRequest.field(
                "timestamp_column", f"{self.definition.name} has none here: name one that says when a row was written."
            )
        return sql.SQL("{} >= {}").format(sql.Identifier(self._timestamp), sql.Literal(moment))

    def _operands(self) -> tuple[Operand, ...]:
        return tuple(operand(one.name, one.compared, one.field) for one in self.key_columns)

    def _ranges(self, by_token: bool) -> Ranges:
        token = self.definition.token_column
        if by_token and token not in self.table.fields:
            raise SchemaChanged(
                f"{self.place.connection}: {self.place.schema}.{self.place.table} has no column {token}."
            )
        operands = (whole_number(token),) if by_token else self.key_operands
        names = [one.name for one in operands]
        return Ranges(
            table=self.name,
            operands=operands,
            tokens=by_token,
            rows=self.table.rows,
            indexed=any(index[: len(names)] == names for index in self.table.indexes)
            and not any(one.by_bytes for one in operands),
            sampleable=self.table.kind in TABLES,
        )

    def _timestamp_column(self, which: Which) -> str | None:
        """The mapping names the target's; in the source it is its pair, or the column of the same name."""
        target = self.definition.timestamp_column
        pairs = {pair.target: getattr(pair, which) for pair in self.definition.columns}
        name = pairs.get(target, target)
        return name if name in self.table.fields else None
