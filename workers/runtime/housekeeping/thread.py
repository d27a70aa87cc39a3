"""Housekeeping beside the work: one worker process of all does it, another takes over when its session ends."""

import threading
import time

import psycopg
import structlog

from project.postgres.locks import LockSpace
from workers.runtime.housekeeping.passes import housekeep
from workers.runtime.housekeeping.vacuum import HotTables
from workers.runtime.sessions import Session, session, value

log = structlog.get_logger("housekeeping")

FIRST_SECONDS = 1.0
CANDIDATE_SECONDS = 15.0
VACUUM_SECONDS = 5.0  # a thousand claims a second leave that many thousand dead rows in it
PASS_SECONDS = 60.0
STOP_SECONDS = 2.0  # whatever breaks off then, another pass does


class Housekeeper(threading.Thread):
    """Holds advisory lock (HOUSEKEEPING, 0) while it is the one."""

    def __init__(self) -> None:
        super().__init__(name="housekeeping", daemon=True)
        self._ending = threading.Event()

    def stop(self) -> None:
        """Returns once the step that runs has ended, in any case within two seconds."""
        self._ending.set()
        self.join(STOP_SECONDS)

    def run(self) -> None:
        pause = FIRST_SECONDS
        while not self._ending.wait(pause):
            pause = CANDIDATE_SECONDS
            try:
                with session("tutup-housekeeping") as connection:
                    if value(connection, "SELECT pg_try_advisory_lock(%s, 0)", int(LockSpace.HOUSEKEEPING)):
                        self._keep(connection)
            except psycopg.Error as error:
                log.warning("housekeeping broke off; it goes on in a while", error=str(error).strip())

    def _keep(self, connection: Session) -> None:
        tables = HotTables()
        next_pass = 0.0
        while not self._ending.is_set():
            tables.vacuum(connection)
            if time.monotonic() >= next_pass:
                report = housekeep(connection, tables)
                log.debug("housekeeping", report=report)
                next_pass = time.monotonic() + PASS_SECONDS
            self._ending.wait(VACUUM_SECONDS)
