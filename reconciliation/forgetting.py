"""What housekeeping removes of reconciliation after RECONCILIATION_RETENTION_DAYS.

Never what stands: coverage, mismatches and the history of those that are open, the last jobs of each mapping, and what
a repair or the audit trail refers to (sql/reconciliation/past_jobs.sql, settled_mismatches.sql, forget_jobs.sql).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from workers.chores import Session, chore

ROWS = 2000  # that a transaction looks at
PAUSE_SECONDS = 3600.0  # from one time through all rows to the next

# each is called with where it goes on, and gives that for the next call; in this order nothing is referred to any more
STEPS = (
    "SELECT * FROM reconciliation.forget_parts('candidate', %(after)s, %(before)s, %(rows)s, %(standing)s)",
    "SELECT * FROM reconciliation.forget_parts('reconciliation_range', %(after)s, %(before)s, %(rows)s, %(standing)s)",
    "SELECT * FROM reconciliation.forget_events(%(after)s, %(before)s, %(rows)s)",
    "SELECT * FROM reconciliation.forget_sightings(%(after)s, %(before)s, %(rows)s, %(standing)s)",
    "SELECT * FROM reconciliation.forget_deliveries(%(before)s, %(rows)s)",
    "SELECT * FROM reconciliation.forget_jobs(%(after)s, %(before)s, %(rows)s, %(standing)s)",
)


@dataclass
class Round:
    """Where a process is on its way through all rows; a pass goes on where the one before was late. What was removed
    before a restart stays removed, only the way begins anew."""

    step: int = 0
    after: int = 0
    not_before: float = 0.0  # by the monotonic clock

    def go(self, session: Session, days: int, late: Callable[[], bool]) -> int:
        """Goes on until all was looked at, or it is late. Returns how many rows were removed."""
        before, standing = _before(session, days), _standing(session)
        removed = 0
        while self.step < len(STEPS):
            block = self._block(session, before, standing)
            removed += int(block["o_forgotten"])
            self.step, self.after = (self.step, last) if (last := block["o_last"]) is not None else (self.step + 1, 0)
            if late():
                return removed
        self.step, self.not_before = 0, time.monotonic() + PAUSE_SECONDS
        return removed

    def _block(self, session: Session, before: datetime, standing: Sequence[Any]) -> dict[str, Any]:
        given = {"after": self.after, "before": before, "rows": ROWS, "standing": standing}
        block = session.execute(STEPS[self.step], given).fetchone()
        assert block is not None
        return block


_round = Round()


@chore("reconciliation")
def forget(session: Session, late: Callable[[], bool]) -> int:
    """Goes through all rows once an hour."""
    days: int = settings.RECONCILIATION_RETENTION_DAYS
    if not days or time.monotonic() < _round.not_before:
        return 0
    return _round.go(session, days, late)


def _before(session: Session, days: int) -> datetime:
    record = session.execute("SELECT now() - make_interval(days => %s) AS before", [days]).fetchone()
    assert record is not None
    moment: datetime = record["before"]
    return moment


def _standing(session: Session) -> list[Any]:
    return [record["job"] for record in session.execute("SELECT reconciliation.standing_jobs() AS job")]
