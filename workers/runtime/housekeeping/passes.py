"""One pass of housekeeping."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from project.postgres.locks import LockSpace
from workers.chores import chores
from workers.runtime.housekeeping import history
from workers.runtime.housekeeping.vacuum import HotTables
from workers.runtime.sessions import Session, value

WAIT_SECONDS = 0.1
PARTITIONS_IN_RETENTION = 4  # so that jobs outlive the retention by a quarter at most


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a pass did."""

    tallies_folded: int  # counts of one worker in one minute
    rows_pruned: int  # stopped workers, minutes of throughput, pauses that are over, and what rooms no longer keep
    vacuumed: list[str]
    partitions_made: int  # tables
    partitions_dropped: int  # a million jobs or less each
    executions_deleted: int


def housekeep(connection: Session, tables: HotTables) -> Report:
    """Everything once; what may fail by somebody's doing comes last. Waits for a pass that runs already."""
    days: int = settings.JOB_RETENTION_DAYS
    with _alone(connection):
        folded = _fold(connection)
        pruned = value(connection, "SELECT workers.prune(make_interval(days => %s))", days or None)
        vacuumed = tables.vacuum(connection)
        if days:
            history.turn(connection, days / PARTITIONS_IN_RETENTION)
        made = value(connection, "SELECT workers.make_partitions()")
        dropped, deleted = history.drop_old(connection, days) if days else (0, 0)
        pruned += sum(chore(connection) for chore in chores())
    return Report(
        tallies_folded=folded,
        rows_pruned=pruned,
        vacuumed=vacuumed,
        partitions_made=made,
        partitions_dropped=dropped,
        executions_deleted=deleted,
    )


@contextmanager
def _alone(connection: Session) -> Iterator[None]:
    # asked again and again: who waits within a statement holds a snapshot, which the other's vacuum would suffer from
    while not value(connection, "SELECT pg_try_advisory_lock(%s, 1)", int(LockSpace.HOUSEKEEPING)):
        time.sleep(WAIT_SECONDS)
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s, 1)", [int(LockSpace.HOUSEKEEPING)])


def _fold(connection: Session) -> int:
    # a transaction for each queue: whoever claims locks queues too, in an order of its own
    queues = connection.execute("SELECT id FROM queue ORDER BY id").fetchall()
    return sum(value(connection, "SELECT workers.fold_tally(%s)", queue["id"]) for queue in queues)
