"""What a side of a comparison can do, whichever server it is.

A row is a tuple of canonical values (see `reconciliation.canonical`) in the order of the mapping's columns, the key's
columns first: `bytes`, or None for NULL. Two rows are equal when the tuples are; a key is the tuple of its first
values. Because both sides give the same bytes for the same value, comparing costs no more than comparing tuples.

A range is half-open, (lower, upper], of the side's own key space: partition tokens for Cassandra, key values for
PostgreSQL. None is unbounded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from project.api.errors import ApiError, ErrorCode

Value = bytes | None
Row = tuple[Value, ...]
Key = tuple[bytes, ...]


@dataclass(frozen=True)
class Bounds:
    """(lower, upper]; each a token, or the key's values as text; None is unbounded. JSON takes them as they are."""

    lower: Any = None
    upper: Any = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as its server describes it. `type` is the server's own name of it."""

    name: str
    type: str
    nullable: bool = True
    partition: int | None = None  # place in the partition key (Cassandra) or primary key (PostgreSQL), from 0
    clustering: int | None = None  # place among the clustering columns
    static: bool = False
    counter: bool = False


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A table as its server describes it. `rows` is an estimate, None when the server has none."""

    columns: tuple[Column, ...]
    rows: int | None
    server: str  # product and version
    details: dict[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


class Side(Protocol):
    """One table on one server, opened for one mapping. Not thread-safe; each worker's thread opens its own."""

    def shape(self) -> Shape: ...

    def split(self, rows: int) -> list[Bounds]:
        """Ranges of about so many rows each, that together are everything."""

    def halve(self, bounds: Bounds) -> list[Bounds]:
        """The range as two of about the same size; itself alone when it can't be split."""

    def count(self, bounds: Bounds) -> int: ...

    def read(self, bounds: Bounds, *, since: datetime | None = None) -> Iterator[list[Row]]:
        """The rows of a range, in pages, in any order. `since`: only what was written at or after.

        Raises `ReadTimeout` when the range is too large to be read in time, as may `count`.
        """

    def fetch(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        """The rows of these keys, freshly read; what isn't there is left out."""

    def written_since(self, keys: Sequence[Key], moment: datetime) -> set[Key]:
        """Which of these rows were written at or after `moment`, as far as the side can tell."""

    def expiring(self, keys: Sequence[Key], within: timedelta) -> set[Key]:
        """Which of these rows lose a value by its time to live within that time."""

    def sample(self, count: int) -> list[Key]:
        """Random keys; fewer when the table is smaller."""

    def shown(self, row: Row) -> dict[str, Any]:
        """The row for people and JSON: column name to value, as text where JSON has no such type."""

    def close(self) -> None: ...


class SourceError(ApiError):
    """503: a side of the comparison can't be reached or refuses. `message` names the connection and what to do."""

    status = 503
    default_code = ErrorCode.SOURCE_UNAVAILABLE


class ReadTimeout(SourceError):
    """503: a side took too long over one range. Smaller ranges may do: the range is split and both halves are read."""


class NothingRead(ReadTimeout):
    """503: not one row of a range came in time. It may be too large all the same, or the side hangs."""

    words = "not even the first rows of a range were read in time"


class SchemaChanged(ApiError):
    """409: the table isn't what the mapping was made for: dropped, or a column is gone or has another type."""

    status = 409
    default_code = ErrorCode.SCHEMA_CHANGED
