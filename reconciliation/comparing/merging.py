"""Both sides read the same range. What is equal, byte for byte, is found by sets, without work by row."""

from collections.abc import Iterable

from reconciliation.comparing.findings import Findings, KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.sources.protocol import Row

Pages = Iterable[list[Row]]


def merge(source: Pages, target: Pages, judge: Judge) -> Findings:
    """Compare the rows of one range. Memory: the source's rows of the range, a page of the target, what differs.

    Raises `KeysRepeat`: the counts of both sides must follow from what differs, or rows hide behind each other.
    """
    only_source: set[Row] = set()
    only_target: list[Row] = []
    source_rows = target_rows = 0
    for page in source:
        source_rows += len(page)
        only_source.update(page)
    if len(only_source) != source_rows:
        raise KeysRepeat("source")
    for page in target:
        target_rows += len(page)
        rows = set(page)
        only_target += rows - only_source
        only_source -= rows
    return _findings(only_source, only_target, source_rows, target_rows, judge)


def _findings(
    only_source: set[Row], only_target: list[Row], source_rows: int, target_rows: int, judge: Judge
) -> Findings:
    left = {judge.key(row): row for row in only_source}
    if len(left) != len(only_source):
        raise KeysRepeat("source")
    keys, missing_in_source = [], 0
    for row in only_target:
        key = judge.key(row)
        of_source = left.pop(key, None)
        if of_source is None:
            missing_in_source += 1
        elif not judge.differ(of_source, row):
            continue
        keys.append(key)
    if source_rows - target_rows != len(left) - missing_in_source:
        raise KeysRepeat("target")
    return Findings(
        source_rows=source_rows,
        target_rows=target_rows,
        compared=source_rows + missing_in_source,
        keys=[*keys, *left],
    )
