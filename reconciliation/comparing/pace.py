"""The governor: how many rows one range has, and how fast they are read."""

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

from reconciliation.definition import Definition

Page = TypeVar("Page", bound=Sized)  # of rows
FEWEST = 500  # rows of a range
MOST_IN_MEMORY, MOST = 50_000, 1_000_000
MOST_RANGES = 20_000
NAP_SECONDS = 0.25  # so long at most until a reader that waits sees that it should stop


def rows_of_range(definition: Definition, rows_per_second: float, rows: int | None, *, in_memory: bool) -> int:
    """What `chunk_seconds` take at the rate that was measured, within bounds. `rows`: of the table, if known."""
    most = MOST_IN_MEMORY if in_memory else MOST
    wanted = int(min(rows_per_second, definition.rows_per_second or rows_per_second) * definition.chunk_seconds)
    return max(min(max(wanted, FEWEST), most), -(-(rows or 0) // MOST_RANGES))


class Pace:
    """Holds a reader to so many rows a second since it began; with none, it only looks whether to stop."""

    def __init__(
        self,
        rows_per_second: float | None,
        stop_if_asked: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._stop_if_asked, self._clock, self._sleep = rows_per_second, stop_if_asked, clock, sleep
        self._began = clock()
        self._rows = 0

    def took(self, rows: int) -> None:
        """Returns when so many more rows were due. Raises what `stop_if_asked` raises."""
        self._stop_if_asked()
        self._rows += rows
        if self._rate is None:
            return
        while (early := self._began + self._rows / self._rate - self._clock()) > 0:
            self._sleep(min(early, NAP_SECONDS))
            self._stop_if_asked()

    def watched(self, read: Iterable[Page]) -> Iterator[Page]:
        """Pages that no rate holds back, of a side that has no cap."""
        for page in read:
            self._stop_if_asked()
            yield page

    def pages(self, read: Iterable[Page]) -> Iterator[Page]:
        for page in read:
            self.took(len(page))
            yield page
