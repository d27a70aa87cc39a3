"""The thread that says that a worker lives and keeps its claims."""

import threading
import time
from collections.abc import Iterator

from workers.client.calls import MOST, Calls, Refusal
from workers.client.registration import Registration
from workers.client.running import Running

LOOK_SECONDS = 0.5  # at the timeouts of jobs


class Beating(threading.Thread):
    """Heartbeats, longer claims and timeouts, until `ended`."""

    def __init__(self, calls: Calls, registration: Registration, running: Running, seconds: float) -> None:
        super().__init__(name="beating", daemon=True)
        self.ended = threading.Event()
        self._calls = calls
        self._registration = registration
        self._running = running
        self._seconds = seconds

    def run(self) -> None:
        next_beat = 0.0
        while not self.ended.wait(max(0.0, min(next_beat - time.monotonic(), LOOK_SECONDS))):
            try:
                self._running.time_out(self._running.held())
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + self._seconds
                    self._beat()
            except Exception as error:  # noqa: BLE001 - whatever comes, a worker goes on beating
                next_beat = time.monotonic() + self._seconds / 4
                self._registration.recover(error)

    def _beat(self) -> None:
        jobs = self._running.held()
        self._calls.heartbeat(len(jobs))
        claims = sorted({job.claim for job in jobs})
        for first in range(0, len(claims), MOST):
            asked = set(claims[first : first + MOST])
            held = set(self._held(asked))
            for job in jobs:
                if job.claim in asked:
                    job.lost = job.lost or (job.claim, job.job_id) not in held
                    self._running.extend(job)

    def _held(self, claims: set[int]) -> Iterator[tuple[int, int]]:
        """Extends them; which jobs they still have, each with its claim."""
        try:
            extended = self._calls.extend(claims)
        except Refusal as refusal:
            if refusal.code != "STALE_CLAIM":
                raise
            extended = {}
        return ((claim, job_id) for claim, jobs in extended.items() for job_id in jobs)
