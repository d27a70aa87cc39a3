"""Both sides read the same range. What is equal, byte for byte, is found by sets, without work by row."""

from collections.abc import Iterable

from reconciliation.comparing.findings import Findings, KeysRepeat, TooManyRows
from reconciliation.comparing.judging import Judge
from reconciliation.sources.protocol import Key, Row
from reconciliation.states import Direction

HELD = 200_000  # rows at most that a reader has in memory; ranges are cut by the source's rows, and far below it
Pages = Iterable[list[Row]]


def merge(source: Pages, target: Pages, judge: Judge) -> Findings:
    """Compare the rows of one range. Memory: the source's rows of the range, a page of the target, what differs.

    Raises `KeysRepeat` where rows of one key would hide behind each other, `TooManyRows` before the memory is.
    """
    of_source: set[Row] = set()
    equal: set[Row] = set()
    only_target: list[Row] = []
    source_rows = target_rows = 0
    for page in source:
        source_rows += len(page)
        of_source.update(page)
        hold(Direction.SOURCE, source_rows)
    for page in target:
        target_rows += len(page)
        rows = set(page)
        only_target += rows - of_source
        equal |= rows & of_source
        hold(Direction.TARGET, len(only_target))
    if len(of_source) != source_rows:
        raise KeysRepeat("source")
    if len(equal) + len(only_target) != target_rows:
        raise KeysRepeat("target")
    left, right = _by_key(of_source - equal, judge, "source"), _by_key(only_target, judge, "target")
    return Findings(
        source_rows=source_rows,
        target_rows=target_rows,
        compared=source_rows + len(right.keys() - left.keys()),
        keys=_keys(left, right, equal, judge),
    )


def hold(side: Direction, rows: int) -> None:
    """Raises `TooManyRows`."""
    if rows > HELD:
        raise TooManyRows(side, rows)


def _by_key(rows: Iterable[Row], judge: Judge, side: str) -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    for row in rows:
        if found.setdefault(judge.key(row), row) is not row:
            raise KeysRepeat(side)
    return found


def _keys(left: dict[Key, Row], right: dict[Key, Row], equal: set[Row], judge: Judge) -> list[Key]:
    """Of rows that are on one side only, the keys that differ under the mapping's rules."""
    if not left and not right:
        return []
    for row in equal:
        key = judge.key(row)
        if key in left or key in right:
            raise KeysRepeat("source" if key in left else "target")
    both = left.keys() & right.keys()
    same = {key for key in both if not judge.differ(left[key], right[key])}
    return sorted((left.keys() | right.keys()) - same)
