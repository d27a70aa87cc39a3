"""The jobs that a worker has in hand."""

import threading
from collections.abc import Iterable

from workers.client.jobs import Job
from workers.client.reports import Report, Reporter


class Running:
    """Up to `slots` jobs. A job that isn't extended for `lease_seconds` is given up: others have it by then."""

    def __init__(self, slots: int, lease_seconds: float, reporter: Reporter) -> None:
        self.stopping = threading.Event()
        self._slots = slots
        self._lease_seconds = lease_seconds
        self._reporter = reporter
        self._jobs: set[Job] = set()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        with self._changed:
            return len(self._jobs)

    def held(self) -> set[Job]:
        """Those whose claims aren't lost."""
        with self._changed:
            return {job for job in self._jobs if not job.lost}

    def claims(self) -> set[int]:
        """All that this worker knows of, with those whose reports are under way."""
        with self._changed:
            return {job.claim for job in self._jobs} | self._reporter.claims()

    def free_slots(self) -> int:
        """Waits for one; 0 when the worker stops."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._jobs) < self._slots or self.stopping.is_set())
            return 0 if self.stopping.is_set() else self._slots - len(self._jobs)

    def add(self, job: Job) -> None:
        with self._changed:
            self._jobs.add(job)
            job.stopping = self.stopping.is_set()
            self.extend(job)

    def extend(self, job: Job) -> None:
        job.keep(self._lease_seconds)

    def end(self, job: Job, report: Report | None) -> None:
        """Its slot is free."""
        self.time_out([job])
        with self._changed:
            if report is not None and not job.lost:
                self._reporter.add(report)
            self._jobs.discard(job)
            self._changed.notify_all()

    def time_out(self, jobs: Iterable[Job]) -> None:
        """Fails the attempts that are past their time, gives up those whose lease is over.

        Their slots stay busy until the handlers return.
        """
        for job in jobs:
            with self._changed:
                if job.late and not job.lost:
                    error = f"timed out after {job.timeout_seconds:g} s"
                    self._reporter.add(Report(job=job, outcome="fail", more={"error": error}))
                job.lost = job.lost or job.late or job.expired

    def lose_all(self) -> None:
        for job in self.held():
            job.lost = True

    def stop(self, seconds: float) -> None:
        """Asks all to stop and waits for their ends."""
        with self._changed:
            self.stopping.set()
            self._changed.notify_all()
            for job in self._jobs:
                job.stopping = True
            self._changed.wait_for(lambda: not self._jobs, seconds)
