"""The fast path between two tables of PostgreSQL: both servers hash their rows, and only sums are compared.

One pass over a range gives the sums of hundreds of small ones, on both servers at once; what is equal is never read.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from psycopg import sql

from reconciliation.sources.protocol import Bounds, Side

from .buckets import Bucket, collect, query
from .hashing import row_hashes
from .side import PostgresSide

BUCKET_ROWS = 256  # of the source; what a single difference makes both sides read
Verdict = tuple[Bounds, int, int, bool]  # a range, the rows of source and target, whether they are equal
RECORD_HASH = "record hash"
ROWS = "rows"


def probe(source: Side, target: Side) -> str:
    """How two sides are compared: `record hash` when both servers compute the same, else `rows`."""
    if not isinstance(source, PostgresSide) or not isinstance(target, PostgresSide):
        return ROWS
    return RECORD_HASH if row_hashes(source, target) is not None else ROWS


def fast_ranges(source: Side, target: Side, bounds_list: Iterable[Bounds]) -> Iterator[Verdict]:
    """The ranges that each of `bounds_list` falls into, in order and without gaps; neighbours of one verdict as one.

    A range that isn't equal has to be read to say what differs. So has each as a whole where `probe` finds no hash.
    """
    hashes = (
        row_hashes(source, target) if isinstance(source, PostgresSide) and isinstance(target, PostgresSide) else None
    )
    for bounds in bounds_list:
        if hashes is None:
            yield bounds, source.count(bounds), target.count(bounds), False
        else:
            assert isinstance(source, PostgresSide)
            assert isinstance(target, PostgresSide)
            yield from _merged(_verdicts(source, target, bounds, hashes))


def _verdicts(
    source: PostgresSide, target: PostgresSide, bounds: Bounds, hashes: tuple[sql.Composable, sql.Composable]
) -> Iterator[tuple[Bounds, Bucket, Bucket]]:
    cuts = source.cuts(bounds, BUCKET_ROWS) if source.ranges.indexed and target.ranges.indexed else []
    edges = [bounds.lower, *cuts, bounds.upper]
    with ThreadPoolExecutor(1) as beside:
        of_target = beside.submit(_buckets, target, bounds, cuts, hashes[1])
        of_source = _buckets(source, bounds, cuts, hashes[0])
        yield from zip([Bounds(*edge) for edge in pairwise(edges)], of_source, of_target.result(), strict=True)


def _buckets(side: PostgresSide, bounds: Bounds, cuts: list[Any], row_hash: sql.Composable) -> list[Bucket]:
    return collect(side.ask(query(side.ranges, bounds, cuts, row_hash, clustered=side.clustered())), len(cuts) + 1)


def _merged(found: Iterable[tuple[Bounds, Bucket, Bucket]]) -> Iterator[Verdict]:
    compared = ((bounds, one.rows, other.rows, one == other) for bounds, one, other in found)
    for equal, run in groupby(compared, key=itemgetter(3)):
        several = list(run)
        whole = Bounds(several[0][0].lower, several[-1][0].upper)
        yield whole, sum(one[1] for one in several), sum(one[2] for one in several), equal
