"""One side reads, and its keys are fetched from the other: where the two share no ranges, or only some rows are asked
for. Rows that the other side alone has are found by its own ranges, read the other way."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from reconciliation.comparing.findings import Findings, KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.pace import Pace
from reconciliation.sources.protocol import Bounds, Key, Row, Side

FETCHED = 1000  # keys in one request
Pages = Iterable[list[Row]]
One = TypeVar("One", Row, Key)


def look_up_target(pages: Pages, target: Side, judge: Judge) -> Findings:
    """Rows of the source that the target lacks or has otherwise."""
    found = Findings(source_rows=0)
    for rows in _blocks(pages):
        found.source_rows = (found.source_rows or 0) + len(rows)
        of_source = _by_key(rows, judge, "source")
        of_target = target.fetch(list(of_source))
        found.keys += [key for key, row in of_source.items() if _differ(judge, row, of_target.get(key))]
    found.compared = found.source_rows or 0
    return found


def look_up_source(pages: Pages, source: Side, judge: Judge, *, every: bool) -> Findings:
    """Rows of the target that the source lacks; with `every`, also those that it has otherwise."""
    found = Findings(target_rows=0)
    for rows in _blocks(pages):
        found.target_rows = (found.target_rows or 0) + len(rows)
        of_target = _by_key(rows, judge, "target")
        of_source = source.fetch(list(of_target))
        for key, row in of_target.items():
            other = of_source.get(key)
            if other is None or (every and _differ(judge, other, row)):
                found.keys.append(key)
    found.compared = found.target_rows or 0
    return found


def look_up_both(keys: Sequence[Key], source: Side, target: Side, judge: Judge) -> Findings:
    """Keys that were drawn: both sides are read for each."""
    found = Findings(source_rows=0, target_rows=0, compared=len(keys))
    for block in _cut(keys):
        of_source, of_target = source.fetch(block), target.fetch(block)
        found.source_rows = (found.source_rows or 0) + len(of_source)
        found.target_rows = (found.target_rows or 0) + len(of_target)
        for key in block:
            row, other = of_source.get(key), of_target.get(key)
            if (row is None) != (other is None) or (row is not None and _differ(judge, row, other)):
                found.keys.append(key)
    return found


def look_up_either(bounds: Bounds, source: Side, target: Side, judge: Judge, pace: Pace) -> Findings:
    """Each side's rows of a range in the other: of a range that both share and that is too large to hold, as one
    partition may be. Needs keys that are unique on both sides."""
    found = look_up_target(pace.pages(source.read(bounds)), target, judge)
    back = look_up_source(pace.pages(target.read(bounds)), source, judge, every=False)
    found.add(Findings(target_rows=back.target_rows, compared=len(back.keys), keys=back.keys))
    return found


def _differ(judge: Judge, source: Row, target: Row | None) -> bool:
    return target is None or (source != target and judge.differ(source, target))


def _by_key(rows: Sequence[Row], judge: Judge, side: str) -> dict[Key, Row]:
    found = {judge.key(row): row for row in rows}
    if len(found) != len(rows):
        raise KeysRepeat(side)
    return found


def _blocks(pages: Pages) -> Iterator[Sequence[Row]]:
    for page in pages:
        yield from _cut(page)


def _cut(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    for first in range(0, len(rows), FETCHED):
        yield rows[first : first + FETCHED]
