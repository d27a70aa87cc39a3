"""Two tables of PostgreSQL: the servers say which parts of a range are unequal, and only of those anything is read."""

from collections.abc import Iterator, Sequence

from reconciliation.comparing.findings import Findings, KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.looking_up import look_up_both
from reconciliation.comparing.merging import hold, merge
from reconciliation.comparing.pace import Pace
from reconciliation.sources.postgres.digest import BUCKET_ROWS, HashedPair, Verdict
from reconciliation.sources.protocol import Bounds, Key, Side
from reconciliation.states import Direction

DENSE = 4 * BUCKET_ROWS  # rows of neighbours that all differ: most of them do, so they are read at once
PARTS = 64  # whose hashes one query reads


def merge_unequal(bounds: Bounds, source: Side, target: Side, judge: Judge, pace: Pace) -> Findings:
    """Compare the rows of one range. Raises `KeysRepeat`, and `TooManyRows` before the memory is full."""
    pair = HashedPair.of(source, target)
    if pair is None:  # a server was upgraded since the plan was made
        return merge(pace.pages(source.read(bounds)), pace.watched(target.read(bounds)), judge)
    found, scattered = Findings(source_rows=0, target_rows=0), []
    for part in pair.verdicts(bounds):
        pace.took(part.source_rows)
        if part.equal:
            found.add(_equal(part))
        elif max(part.source_rows, part.target_rows) < DENSE:
            scattered.append(part.bounds)
        else:
            hold(Direction.SOURCE, part.source_rows)
            hold(Direction.TARGET, part.target_rows)
            pages = pace.pages(source.read(part.bounds)), pace.watched(target.read(part.bounds))
            found.add(merge(*pages, judge))
    for several in _blocks(scattered):
        found.add(_scattered(several, pair, source, target, judge, pace))
    return found


def _equal(part: Verdict) -> Findings:
    return Findings(source_rows=part.source_rows, target_rows=part.target_rows, compared=part.source_rows)


def _scattered(
    several: Sequence[Bounds], pair: HashedPair, source: Side, target: Side, judge: Judge, pace: Pace
) -> Findings:
    """Parts in which few rows differ: their hashes tell which."""
    of_source, of_target = pair.rows(several)
    pace.took(len(of_source))
    left, right = _by_key(of_source, "source"), _by_key(of_target, "target")
    apart = sorted({key for key, _ in left.items() ^ right.items()})
    return Findings(
        source_rows=len(left),
        target_rows=len(right),
        compared=len(left) + len(right.keys() - left.keys()),
        keys=look_up_both(apart, source, target, judge).keys,
    )


def _by_key(rows: list[tuple[Key, int]], side: str) -> dict[Key, int]:
    found = dict(rows)
    if len(found) != len(rows):
        raise KeysRepeat(side)
    return found


def _blocks(parts: Sequence[Bounds]) -> Iterator[Sequence[Bounds]]:
    for first in range(0, len(parts), PARTS):
        yield parts[first : first + PARTS]
