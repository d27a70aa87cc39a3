"""Reading as of a second: what has ended by then isn't there, and the seconds left are counted from then.

So the second at which a value ends is exact, and the same in every read, however long an answer is on its way. The
protocol has that member of a request since version 5; the driver doesn't know it.
"""

import struct
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from cassandra.cluster import ResponseFuture
from cassandra.protocol import ExecuteMessage
from cassandra.query import BoundStatement

from .values import integer

NOW_IN_SECONDS = 0x0100  # among the flags, which are behind the two bytes of the consistency
_LONG = struct.Struct(">q")


class Bound(BoundStatement):  # type: ignore[misc]  # the driver has no types
    """A statement and the second, since 1970, that it is read as of; None: the server's own."""

    moment: int | None = None


class ExecuteAsOf(ExecuteMessage):  # type: ignore[misc]
    """The driver's message with the second as its last member."""

    moment: int

    def _write_query_params(self, f: Any, protocol_version: int) -> None:
        written = BytesIO()
        super()._write_query_params(written, protocol_version)
        consistency, flags, rest = (written.getvalue()[part] for part in (slice(2), slice(2, 6), slice(6, None)))
        f.write(consistency + struct.pack(">I", int.from_bytes(flags, "big") | NOW_IN_SECONDS) + rest)
        f.write(struct.pack(">i", self.moment))


def as_of(request: ResponseFuture) -> None:
    """Listens to a session's requests before they are sent."""
    moment = getattr(request.query, "moment", None)
    if moment is not None:
        message = ExecuteAsOf.__new__(ExecuteAsOf)
        message.__dict__.update(vars(request.message), moment=moment)
        request.message = message


def ends(rows: list[Any], places: Sequence[int], moment: int | None) -> list[Any]:
    """Rows in which the seconds left at these places are, instead, the microsecond since 1970 at which they end."""
    if not rows or not places or moment is None:
        return rows
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place in places:
        columns[place] = [value and _LONG.pack((moment + integer(value)) * 1_000_000) for value in columns[place]]
    return list(zip(*columns, strict=True))
