"""A Cassandra table as a side of a comparison."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from reconciliation.canonical.decode import readable
from reconciliation.canonical.moments import instant
from reconciliation.definition import Definition
from reconciliation.sources.protocol import Bounds, Key, Row, Shape

from . import estimating, ranges, values
from .asking import Asking, Types
from .moments import ends
from .plan import Plan, plan
from .raw import Page
from .statements import LONG
from .table import Table

WINDOWS = 64  # of the ring, that a sample is drawn from
SPARE = 1.5  # how much more than asked for they should hold

Raw = Sequence[bytes | None]


class CassandraSide:
    """Implements `reconciliation.sources.protocol.Side`."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._asking = Asking(definition.source)

    @cached_property
    def _table(self) -> Table:
        return self._asking.table()

    @cached_property
    def _plan(self) -> Plan:
        return plan(self._definition, self._table)

    @cached_property
    def _estimated(self) -> int:
        return estimating.rows(self._asking, self._table)

    def shape(self) -> Shape:
        table = self._table
        return Shape(
            columns=table.columns,
            rows=self._estimated,
            server=f"Cassandra {table.release}",
            details={
                "data_center": table.data_center,
                "partition_key": table.partition_key,
                "newer": table.newer,
            },
        )

    def split(self, rows: int) -> list[Bounds]:
        return ranges.even(-(-self._estimated // rows))

    def halve(self, bounds: Bounds) -> list[Bounds]:
        return ranges.halves(bounds)

    def count(self, bounds: Bounds) -> int:
        if self._plan.statements.distinct:  # which CQL can't count
            return sum(map(len, self.keys(bounds)))
        [[[count]]] = self._asking.pages(self._plan.statements.count(), ranges.wire(bounds), (LONG,))
        return values.integer(count or b"")

    def read(self, bounds: Bounds, *, since: datetime | None = None) -> Iterator[list[Row]]:
        """`since` reads rows without any value too: nothing says when they were written."""
        made, moment = self._plan.statements, self._moment()
        if since is None:
            pages: Iterator[list[Any]] = (page.rows() for page in self._sent(bounds, moment))
        else:
            pages = self._recent(bounds, instant(since), moment)
        for page in pages:
            yield self._plan.rows.canonical(ends(self._whole(page), made.ends, moment))

    @property
    def sent_types(self) -> Types | None:
        """Of the mapping's columns, as they come over the wire; None where what comes is not the rows themselves."""
        made = self._plan.statements
        return None if made.has_bare_partitions or made.ends else made.types

    @property
    def clustering(self) -> list[tuple[str, bool]]:
        """The columns that a partition's rows are ordered by, and whether downwards."""
        return [(name, name in self._table.descending) for name in self._table.clustering]

    def sent(self, bounds: Bounds) -> Generator[Page]:
        """The rows of a range as they come: by token, in a partition by `clustering`. Needs `sent_types`."""
        return self._sent(bounds, None)

    def key_of(self, sent: Raw) -> Key | None:
        """The key of the values that are sent for one; None where they are none."""
        [key] = self._plan.key_rows.canonical([tuple(sent)])
        return None if None in key else key  # type: ignore[return-value]

    def _sent(self, bounds: Bounds, moment: int | None) -> Generator[Page]:
        made = self._plan.statements
        return self._asking.pages(made.rows(made.in_range), ranges.wire(bounds), made.types, moment)

    def keys(self, bounds: Bounds) -> Iterator[list[Key]]:
        """The keys of a range, in pages."""
        made = self._plan.statements
        for page in self._asking.pages(made.key_rows(made.in_range), ranges.wire(bounds), made.key_types):
            yield self._plan.key_rows.canonical(self._whole(page.rows()))  # type: ignore[misc]  # a key has no null

    def fetch(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        made, moment = self._plan.statements, self._moment()
        found = [row for (row,) in self._by_key(made.rows(made.by_key), keys, made.types, moment)]
        rows = self._plan.rows.canonical(ends(found, made.ends, moment))
        return {row[: self._plan.key_width]: row for row in rows}  # type: ignore[misc]

    def written_since(self, keys: Sequence[Key], moment: datetime) -> set[Key]:
        """By the latest writetime of the mapping's columns; of a row without any value nothing is known."""
        made, micro = self._plan.statements, instant(moment)
        types = tuple(LONG for _ in made.dated)
        return self._telling(
            made.writetimes(made.by_key), keys, types, lambda row: (_latest(row) or micro - 1) >= micro
        )

    def expiring(self, keys: Sequence[Key], within: timedelta) -> set[Key]:
        """Which of these rows lose a value by its time to live within that time, as far as the side can tell."""
        made, seconds = self._plan.statements, within.total_seconds()
        readers = [values.reader(kind) for kind in made.lifetime_types]

        def ends(row: Raw) -> bool:
            told = [read(one) for read, one in zip(readers, row, strict=True) if one]
            every = [second for one in told for second in (one if isinstance(one, list) else [one])]
            return any(second is not None and second <= seconds for second in every)

        return self._telling(made.lifetimes(made.by_key), keys, made.lifetime_types, ends)

    def sample(self, count: int) -> list[Key]:
        """Each row as likely as any other: whole windows of the ring are read, and of their rows some are drawn."""
        share = min(1.0, count * SPARE / max(self._estimated, 1))
        while True:
            windows = ranges.windows(WINDOWS, share) if share < 1.0 else [Bounds()]
            keys = [key for bounds in windows for page in self.keys(bounds) for key in page]
            if len(keys) >= count or share >= 1.0:
                return ranges.some(keys, count)
            share = min(1.0, share * 2)

    def token_of(self, key: Key) -> int | None:
        """The token of the key's partition; None for a key that this table can't hold."""
        return self._plan.keys.token(key)

    def shown(self, row: Row) -> dict[str, Any]:
        pairs = zip(self._definition.columns, row, strict=True)
        return {column.source: readable(value, column.type, column.rule) for column, value in pairs}

    def close(self) -> None:
        """Nothing to close: the session is the process's."""

    def _moment(self) -> int | None:
        """What a read is as of, where the mapping compares when values end."""
        return self._asking.now() if self._plan.statements.ends else None

    def _recent(self, bounds: Bounds, micro: int, moment: int | None) -> Iterator[list[Any]]:
        made, width = self._plan.statements, self._plan.width
        types = (*made.types, *(LONG for _ in made.dated))
        for page in self._asking.pages(made.with_writetimes(made.in_range), ranges.wire(bounds), types, moment):
            yield [row[:width] for row in page if (_latest(row[width:]) or micro) >= micro]

    def _telling(self, cql: str, keys: Sequence[Key], types: Types, holds: Callable[[Raw], bool]) -> set[Key]:
        """The keys of the rows of which that holds."""
        if not types:
            return set()
        width, made = self._plan.key_width, self._plan.statements
        found = [row[:width] for (row,) in self._by_key(cql, keys, (*made.key_types, *types)) if holds(row[width:])]
        return set(self._plan.key_rows.canonical(found))  # type: ignore[arg-type]

    def _by_key(self, cql: str, keys: Sequence[Key], types: Types, moment: int | None = None) -> Iterator[list[Any]]:
        """For each key that is there, its one row."""
        wire = [one for one in map(self._plan.keys.wire, keys) if one is not None]
        return filter(None, self._asking.each(cql, wire, types, moment))

    def _whole(self, page: list[Any]) -> list[Any]:
        """Without what stands for a partition that has static values and no row."""
        if not self._plan.statements.has_bare_partitions:
            return page
        last = self._plan.key_width
        return [row for row in page if None not in row[:last]]


def _latest(writetimes: Raw) -> int | None:
    """In microseconds; None when no value has one."""
    told = [values.integer(one) for one in writetimes if one]
    return max(told) if told else None
