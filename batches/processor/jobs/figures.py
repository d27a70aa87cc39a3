"""What housekeeping does for the figures."""

from collections.abc import Callable

from batches.processor.queries.analytics import KEPT
from workers.chores import Session, chore
from workers.runtime.sessions import value

MOST_AT_ONCE = 50_000


@chore("figures of the processor")
def fold_figures(connection: Session, late: Callable[[], bool]) -> int:
    """Moves the reports of minutes that are over into rows by minute; returns how many reports that were."""
    total = 0
    while True:
        total += (moved := int(value(connection, "SELECT processor.fold_figures(%s, %s)", KEPT, MOST_AT_ONCE)))
        if moved < MOST_AT_ONCE or late():
            return total
