"""How many rows a table has, from a few looks at its ring: the server's own estimates may lag, or not be there."""

from reconciliation.sources.protocol import Bounds

from . import ranges, values
from .asking import Asking
from .cql import Cql
from .table import Table

PROBES, PROBED = 16, 200  # places of the ring, and rows that are read from there on
COUNTED = 1_000  # tables of fewer rows are counted
TOKEN = (Cql("bigint"),)


def rows(asking: Asking, table: Table) -> int:
    """Exact for small tables; of others the density of tokens behind random ones, times the ring."""
    first = _tokens(table, COUNTED)
    [whole] = asking.each(first, [ranges.wire(Bounds())], TOKEN)
    if len(whole) < COUNTED:
        return len(whole)
    starts = [ranges.token() for _ in range(PROBES)]
    found = asking.each(_tokens(table, PROBED), [ranges.wire(Bounds(start)) for start in starts], TOKEN)
    seen = tokens = 0
    for start, probe in zip(starts, found, strict=True):
        last = values.integer(probe[-1][0]) if len(probe) == PROBED else ranges.LAST
        seen, tokens = seen + len(probe), tokens + max(last - start, 1)
    return max(COUNTED, seen * ranges.RING // tokens)


def _tokens(table: Table, limit: int) -> str:
    return f"SELECT {table.token} FROM {table.name} WHERE {table.in_range} LIMIT {limit}"  # noqa: S608 - all quoted
