"""A table of Cassandra and its copy, read in one order and as the same bytes: equal rows are equal bytes, side by side,
and none is taken apart. Only what stands out is looked up, on both sides.

Memory: a page of the source, a batch of the target, the keys of what stands out.
"""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from reconciliation.comparing.findings import Findings
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.looking_up import look_up_both
from reconciliation.comparing.merging import merge
from reconciliation.comparing.pace import Pace
from reconciliation.sources.cassandra.raw import Page
from reconciliation.sources.cassandra.values import items
from reconciliation.sources.protocol import Bounds, Key, Side
from reconciliation.sources.wire.pair import WirePair

WINDOW = 64  # rows of the target among which the source's next one is looked for
SUSPECTS, SHARE = 256, 16  # so many, and one row in so many, may be looked up: of more the range is read once more


def merge_aligned(bounds: Bounds, source: Side, target: Side, judge: Judge, pace: Pace) -> Findings:
    """Compare the rows of one range. Raises what `merge` raises."""
    pair = WirePair.of(source, target)
    walked = _walked(pair, bounds, pace) if pair else None
    if walked is not None:
        keys = look_up_both(sorted(walked.of_source | walked.of_target), source, target, judge).keys
        only_target = walked.of_target - walked.of_source
        if only_target.issubset(keys):  # else the target may have two rows of a key, one of them as in the source
            return Findings(
                source_rows=walked.source_rows,
                target_rows=walked.target_rows,
                compared=walked.source_rows + len(only_target),
                keys=keys,
            )
    return merge(pace.pages(source.read(bounds)), pace.watched(target.read(bounds)), judge)


def _walked(pair: WirePair, bounds: Bounds, pace: Pace) -> "Walk | None":
    """None when the sides are too unlike for it."""
    with closing(pair.source_pages(bounds)) as pages, closing(pair.target_rows(bounds)) as batches:
        walk = Walk(pair, pace.pages(pages), pace.watched(batches))
        try:
            walk.to_the_end()
        except TooUnlike:
            return None
    return walk


class TooUnlike(Exception):
    """What stands out is too much to be looked up, or can't be."""


class Walk:
    """Goes through a range of both sides at once. Whatever isn't equal to what stands beside it is a suspect."""

    def __init__(self, pair: WirePair, pages: Iterator[Page], batches: Iterator[list[bytes]]) -> None:
        self.of_source: set[Key] = set()
        self.of_target: set[Key] = set()
        self.source_rows = self.target_rows = 0
        self._pair, self._pages, self._batches = pair, pages, batches
        self._sent, self._place = b"", 0  # of the source: a page, and where its next row begins
        self._rows: list[bytes] = []
        self._next = 0  # of these rows

    def to_the_end(self) -> None:
        """Raises `TooUnlike`."""
        while self._has_source() and self._has_target():
            self._pass_equal()
            if self._place < len(self._sent) and self._next < len(self._rows):
                self._tell_apart()
        while self._has_source():
            self._suspect_source()
        while self._has_target():
            self._suspect_target()

    def _has_source(self) -> bool:
        while self._place == len(self._sent):
            page = next(self._pages, None)
            if page is None:
                return False
            self._sent, self._place = page.sent, Page.HEAD
            self.source_rows += len(page)
        return True

    def _has_target(self, ahead: int = 1) -> bool:
        """Whether a row is left; of those behind it so many are at hand, if there are."""
        while len(self._rows) - self._next < ahead:
            batch = next(self._batches, None)
            if batch is None:
                break
            self._rows, self._next = self._rows[self._next :] + batch, 0
            self.target_rows += len(batch)
        return self._next < len(self._rows)

    def _pass_equal(self) -> None:
        sent, place, passed = self._sent, self._place, 0
        for row in islice(self._rows, self._next, None):
            if not sent.startswith(row, place):
                break
            place += len(row)
            passed += 1
        self._place, self._next = place, self._next + passed

    def _tell_apart(self) -> None:
        """The same key with other values; or a row that only one side has, or has here."""
        _, end = values(self._sent, self._place, self._pair.keys)
        key = self._sent[self._place : end]
        self._has_target(WINDOW)
        window = islice(self._rows, self._next, self._next + WINDOW)
        passed = next((place for place, row in enumerate(window) if row.startswith(key)), None)
        if passed is None:
            self._suspect_source()
        elif passed:
            for _ in range(passed):
                self._suspect_target()
        else:
            self._suspect_source()
            self._suspect_target()

    def _suspect_source(self) -> None:
        self._suspect(self.of_source, self._sent, self._place)
        _, self._place = values(self._sent, self._place, self._pair.columns)

    def _suspect_target(self) -> None:
        self._suspect(self.of_target, self._rows[self._next], 0)
        self._next += 1

    def _suspect(self, side: set[Key], sent: bytes, place: int) -> None:
        found, _ = values(sent, place, self._pair.keys)
        key = self._pair.key(found)
        most = SUSPECTS + max(self.source_rows, self.target_rows) // SHARE
        if key is None or key in side or len(side) > most:
            raise TooUnlike
        side.add(key)


def values(sent: bytes, place: int, count: int) -> tuple[list[bytes | None], int]:
    """So many values from there on, and where they end."""
    found = list(islice(items(sent, place), count))
    return found, place + sum(4 + len(value or b"") for value in found)
