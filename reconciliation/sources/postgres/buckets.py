"""Count and sum of row hashes of many small ranges, in one pass over a large one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from reconciliation.sources.protocol import Bounds

from .ranges import Ranges


@dataclass(frozen=True)
class Bucket:
    """What is known of the rows of one range. A sum, so that twin rows can't cancel each other; numeric, so that it
    never overflows. Values that rows exchanged change it, for a row's hash is no sum of those of its columns."""

    rows: int = 0
    hashes: int = 0


def query(
    ranges: Ranges, bounds: Bounds, cuts: Sequence[Any], row_hash: sql.Composable, *, clustered: bool
) -> sql.Composed:
    """The pass over `bounds`; `collect` makes buckets of what it gives. `clustered`: rows lie in the key's order."""
    inside = ranges.condition(bounds)
    if not cuts:
        return _whole(ranges, inside, row_hash)
    scan = _by_range if clustered or len(ranges.operands) > 1 else _by_scan
    return scan(ranges, inside, cuts, row_hash)


def collect(found: Sequence[tuple[Any, ...]], count: int) -> list[Bucket]:
    """The buckets in their order, of `count` ranges; the server leaves out what is empty."""
    buckets = [Bucket()] * count
    for number, rows, hashes in found:
        buckets[number] = Bucket(int(rows), int(hashes))
    return buckets


def _whole(ranges: Ranges, inside: sql.Composable, row_hash: sql.Composable) -> sql.Composed:
    return sql.SQL("SELECT 0, count(*), coalesce(sum({}), 0) FROM {} WHERE {}").format(row_hash, ranges.table, inside)


def _by_scan(ranges: Ranges, inside: sql.Composable, cuts: Sequence[Any], row_hash: sql.Composable) -> sql.Composed:
    """One scan in whatever order is cheapest: a look-up in the sorted cuts says which bucket a row is in.

    `width_bucket` puts a row whose key is a cut into the bucket above it, and it belongs below. Without OFFSET 0 the
    planner would merge the two levels and search the list of cuts from its start for each row.
    """
    (operand,) = ranges.operands
    values = [str(cut) if ranges.tokens else cut[0] for cut in cuts]
    return sql.SQL(
        "SELECT bucket, count(*), sum(row_hash)"
        " FROM (SELECT width_bucket({key}, {cuts}) - ({key} = ANY ({cuts}))::int AS bucket, {hash} AS row_hash"
        " FROM {table} WHERE {inside} OFFSET 0) AS hashed GROUP BY bucket"
    ).format(
        key=operand.ordered,
        cuts=sql.SQL("{}::{}[]").format(sql.Literal(values), operand.cast),
        hash=row_hash,
        table=ranges.table,
        inside=inside,
    )


def _by_range(ranges: Ranges, inside: sql.Composable, cuts: Sequence[Any], row_hash: sql.Composable) -> sql.Composed:
    """A short scan of the index per bucket: half the cost where rows lie in its order, and a third where the key has
    several columns, which are slow to look up among cuts."""
    parts = [_between(ranges, cuts, row_hash)] if len(cuts) > 1 else []
    for number, edge in ((0, Bounds(None, cuts[0])), (len(cuts), Bounds(cuts[-1], None))):
        parts.append(
            sql.SQL("SELECT {}, count(*), coalesce(sum({}), 0) FROM {} WHERE {} AND {}").format(
                sql.Literal(number), row_hash, ranges.table, inside, ranges.condition(edge)
            )
        )
    return sql.SQL(" UNION ALL ").join(parts)


def _between(ranges: Ranges, cuts: Sequence[Any], row_hash: sql.Composable) -> sql.Composable:
    names = [
        [sql.Identifier(f"{side} {place}") for place in range(len(ranges.operands))] for side in ("lower", "upper")
    ]
    casts = [one.cast for one in ranges.operands]
    columns = [list(column) for edge in (cuts[:-1], cuts[1:]) for column in zip(*edge, strict=True)]
    edges = [
        sql.SQL("({})").format(
            sql.SQL(", ").join(
                [sql.SQL("{}::{}").format(name, cast) for name, cast in zip(several, casts, strict=True)]
            )
        )
        for several in names
    ]
    return sql.SQL(
        "SELECT number::int, found.* FROM unnest({arrays}) WITH ORDINALITY AS given ({names}, number),"
        " LATERAL (SELECT count(*), coalesce(sum({hash}), 0) FROM {table}"
        " WHERE {key} > {lower} AND {key} <= {upper}) AS found"
    ).format(
        arrays=sql.SQL(", ").join([sql.SQL("{}::text[]").format(sql.Literal(values)) for values in columns]),
        names=sql.SQL(", ").join([name for several in names for name in several]),
        hash=row_hash,
        table=ranges.table,
        key=ranges.ordered,
        lower=edges[0],
        upper=edges[1],
    )
