"""What housekeeping does for transform."""

from collections.abc import Callable

from django.conf import settings
from psycopg.types.json import Jsonb

from batches.transform.errors import UNFORESEEN
from workers.chores import Session, chore

BATCHES = 1000  # a transaction


@chore("batches of transform")
def forget_batches(connection: Session, late: Callable[[], bool]) -> int:
    """Deletes batches as old as the engine's history may become; returns how many."""
    days: int = settings.JOB_RETENTION_DAYS
    forgotten = 0
    while days and not late():
        found = connection.execute(
            "SELECT transform.forget_batches(make_interval(days => %s), %s) AS n", [days, BATCHES]
        )
        count = int(found.fetchall()[0]["n"])
        forgotten += count
        if count < BATCHES:
            break
    return forgotten


@chore("abandoned batches of transform")
def fail_abandoned(connection: Session, _late: Callable[[], bool]) -> int:
    """Ends batches that nobody else would; removes nothing."""
    connection.execute("SELECT transform.fail_abandoned(%s)", [Jsonb(UNFORESEEN)])
    return 0
