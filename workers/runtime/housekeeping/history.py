"""Drops the job history's partitions that are past their retention, with the executions that had their jobs there."""

import time

import structlog
from psycopg.errors import LockNotAvailable

from workers.runtime.sessions import Session, value

log = structlog.get_logger("housekeeping")

TRIES = 5
PAUSE_SECONDS = 0.5
EXECUTIONS = 10_000  # a transaction


def turn(connection: Session, days: float) -> bool:
    """Begin a new partition when the present one goes back longer than `days`."""
    try:
        return bool(value(connection, "SELECT workers.turn_partition(make_interval(secs => %s))", days * 86400))
    except LockNotAvailable:
        return False  # somebody submits for long: the next pass tries again


def drop_old(connection: Session, days: int) -> tuple[int, int]:
    """Returns how many partitions were dropped, and how many executions deleted.

    A partition is detached first: whatever interrupts the rest, the next pass goes on from there.
    """
    for record in connection.execute("SELECT p FROM workers.old_partitions(make_interval(days => %s)) p", [days]):
        if not _detach(connection, record["p"], days):
            log.warning("someone reads the job history for long; it is shortened later", partition=record["p"])
            break
    detached = connection.execute("SELECT p FROM workers.detached_partitions() p").fetchall()
    forgotten = 0
    for record in detached:
        forgotten += _forget(connection, record["p"])
        connection.execute("SELECT workers.drop_partition(%s::bigint)", [record["p"]])
        log.info("history dropped", partition=record["p"])
    return len(detached), forgotten


def _detach(connection: Session, part: int, days: int) -> bool:
    """False when somebody was in the way each time. One that turned out to be needed stays, which is as good."""
    for _ in range(TRIES):
        try:
            connection.execute("SELECT workers.detach_partition(%s::bigint, make_interval(days => %s))", [part, days])
        except LockNotAvailable:
            time.sleep(PAUSE_SECONDS)
        else:
            return True
    return False


def _forget(connection: Session, part: int) -> int:
    after: int | None = 0
    forgotten = 0
    while after is not None:
        query = "SELECT * FROM workers.forget_executions(%s::bigint, %s::bigint, %s)"
        chunk = connection.execute(query, [part, after, EXECUTIONS]).fetchone()
        assert chunk is not None
        after, forgotten = chunk["o_last"], forgotten + chunk["o_forgotten"]
    return forgotten
