"""Faults of the server and of others who use it."""

import contextlib
import signal
import time

import psycopg

from benchmarks.engine_faults.fault import BURST, STRIKES_EVERY, Fault

TERMINATE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND application_name LIKE 'tutup%'"""


def terminate_backends(fault: Fault) -> None:
    """Every session of the product is terminated, twice a second."""
    for _ in range(int(fault.seconds / STRIKES_EVERY)):
        time.sleep(STRIKES_EVERY)
        fault.ground.rows(TERMINATE)
        fault.struck()


def restart_postgres(fault: Fault) -> None:
    """The server is killed, then stopped in the usual way, and started again each time."""
    for how in (signal.SIGKILL, signal.SIGINT):
        time.sleep(fault.seconds / 3)
        fault.struck()
        fault.ground.restart_server(how)
    time.sleep(fault.seconds / 3)


def exhaust_connections(fault: Fault) -> None:
    """Others take every connection that the server has, those of the product as well: twice, since some slip in."""
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            fault.ground.rows(TERMINATE)
            fault.struck()
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    stack.enter_context(fault.session())
        time.sleep(fault.seconds / 2)
    time.sleep(fault.seconds / 2)


def idle_in_transaction(fault: Fault) -> None:
    """A session locks what it sees of the waiting jobs, and then does nothing, in the middle of its transaction."""
    fault.load.factor = BURST  # so that jobs wait
    with fault.session() as session:
        session.autocommit = False
        while not session.execute("SELECT FROM ready FOR UPDATE SKIP LOCKED LIMIT 5").rowcount:
            session.rollback()
        fault.load.factor = 1
        time.sleep(fault.seconds)
        session.rollback()


def long_reader(fault: Fault) -> None:
    """A report reads the history under one snapshot, slowly."""
    with fault.session() as session:
        session.autocommit = False
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reading = session.cursor("report")
        reading.execute("SELECT * FROM finished_job")
        for _ in range(int(fault.seconds / STRIKES_EVERY)):
            reading.fetchmany(10)
            time.sleep(STRIKES_EVERY)
        session.rollback()
