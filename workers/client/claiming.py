"""The thread that keeps a worker's slots busy."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from workers.client.attempts import attempt
from workers.client.calls import MOST, Calls
from workers.client.jobs import Job
from workers.client.registration import Registration
from workers.client.reports import Report
from workers.client.running import Running

log = logging.getLogger("tutup.worker")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


class Claiming(threading.Thread):
    """Claims while slots are free and gives each job a thread, until `running` stops."""

    def __init__(
        self,
        calls: Calls,
        registration: Registration,
        running: Running,
        handlers: Mapping[str, Callable[[Job], Any]],
        wait_seconds: float,
    ) -> None:
        super().__init__(name="claiming", daemon=True)
        self._calls = calls
        self._registration = registration
        self._running = running
        self._handlers = handlers
        self._wait_seconds = wait_seconds
        self._unsure = False  # an answer may have been lost with jobs in it

    def run(self) -> None:
        pause = FIRST_PAUSE
        while (free := self._running.free_slots()) > 0:
            try:
                self._claim(min(free, MOST))
                pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - whatever comes, a worker goes on claiming
                self._running.stopping.wait(max(pause, self._registration.recover(error)))
                pause = min(pause * 2, LONGEST_PAUSE)

    def _claim(self, slots: int) -> None:
        known = self._running.claims()
        if self._unsure and len(known) <= MOST:  # one call can't name more: then the lease ends what was lost
            self._calls.release_all_but(known)
        self._unsure = True
        jobs = [Job.of(given, self._calls) for given in self._calls.claim(slots, self._wait_seconds)]
        without = [job for job in jobs if not self._begin(job)]
        self._unsure = False
        if without:
            raise RuntimeError(f"{len(without)} jobs go back: there are no threads for them.")

    def _begin(self, job: Job) -> bool:
        """Daemons, so that a handler that is stuck doesn't keep the program from ending."""
        self._running.add(job)
        try:
            threading.Thread(target=self._run, args=[job], name=f"job {job.id}", daemon=True).start()
        except RuntimeError:
            self._running.end(job, Report(job=job, outcome="release", more={}))
            return False
        return True

    def _run(self, job: Job) -> None:
        report = attempt(self._handlers.get(job.type), job)
        self._running.end(job, report)
