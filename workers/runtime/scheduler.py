"""The thread that enqueues what is due, in one process at a time."""

import os
import socket
import threading
import time

import django.db
import psycopg
import structlog
from django.db import connections

from project.api.errors import NotReady
from project.postgres.locks import LockSpace
from workers.rounds import Rounds
from workers.runtime.sessions import Backoff, Session, session, value
from workers.services import standing
from workers.services.firing import fire_round

log = structlog.get_logger("workers")

LOOK_SECONDS = 1.0
STOP_SECONDS = 5.0
AGAIN_SECONDS = 0.2  # while a run that is due waits for the one before
LEAD = "SELECT pg_try_advisory_lock(%s, 0)"
# also what lasts, as a table that a migration has yet to make: a thread that dies takes its worker along
DATABASE_ERRORS = (psycopg.Error, django.db.Error, NotReady)
NEXT = "SELECT extract(epoch FROM min(s.next_run_at) - now())::float8 FROM schedule s WHERE s.enabled"


class Scheduler(threading.Thread):
    """Tries to lead until told to stop, and enqueues while it does; the lead is an advisory lock of its own session.

    When the leader dies its lock is free, and another process has it within a second. Two leaders, if ever, do no harm:
    the schedule's row and a unique constraint decide who makes a run.
    """

    def __init__(self) -> None:
        super().__init__(name="scheduler", daemon=True)
        self._stopping = threading.Event()
        self._leads = False
        self._rounds = Rounds()

    def stop(self) -> None:
        """Returns once the run that is being made is made, or soon."""
        self._stopping.set()
        self.join(STOP_SECONDS)

    def run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                with session(f"tutup-scheduler-{socket.gethostname()}-{os.getpid()}") as connection:
                    self._serve(connection, backoff)
            except DATABASE_ERRORS as error:
                self._leads = False
                log.warning("the scheduler's session ended; trying again", error=str(error).strip())
                backoff.wait(self._stopping)

    def _serve(self, connection: Session, backoff: Backoff) -> None:
        while not self._stopping.is_set():
            # asked at every look: the answer proves as well that the session, and the lock with it, is still there
            leads = bool(value(connection, LEAD, int(LockSpace.SCHEDULE)))
            if leads and not self._leads:
                log.info("this process enqueues what schedules have due")
                self._begin()
            self._leads = leads
            fired = leads and self._fire()
            if leads:
                self._wait(0.0 if fired else self._pause(connection))
            else:
                self._stopping.wait(LOOK_SECONDS)
            backoff.reset()

    def _wait(self, seconds: float) -> None:
        """Until the next look; meanwhile, and once in any case, what is due by the clock."""
        end = time.monotonic() + seconds
        self._rounds.run()
        while (left := end - time.monotonic()) > 0 and not self._stopping.wait(min(left, self._rounds.left())):
            self._rounds.run()

    def _begin(self) -> None:
        try:
            standing.ensure()
        finally:
            connections.close_all()

    def _fire(self) -> bool:
        """Whether it made a step, so that the next may be due already."""
        try:
            return bool(fire_round(self._stopping.is_set))
        finally:
            connections.close_all()

    def _pause(self, connection: Session) -> float:
        seconds: float | None = value(connection, NEXT)
        if seconds is None:
            return LOOK_SECONDS
        return min(seconds, LOOK_SECONDS) if seconds > 0 else AGAIN_SECONDS
