"""What housekeeping does for the figures."""

from batches.processor.queries.analytics import KEPT
from workers.chores import chore
from workers.runtime.sessions import Session, value

MOST_AT_ONCE = 50_000


@chore
def fold_figures(connection: Session) -> int:
    """Moves the reports of minutes that are over into rows by minute; returns how many reports that were."""
    return int(value(connection, "SELECT processor.fold_figures(%s, %s)", KEPT, MOST_AT_ONCE))
