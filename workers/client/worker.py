"""The loop of a remote worker: claims while slots are free, reports in batches, says that it lives."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

from workers.client.attempts import attempt
from workers.client.calls import Calls, Refusal
from workers.client.jobs import Job
from workers.client.reports import Report, Reporter

log = logging.getLogger("tutup.worker")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LOOK_SECONDS = 0.5  # at the timeouts of jobs
JUST_REGISTERED_SECONDS = 2.0
HEARTBEATS_MISSED = 3  # then the server gives the jobs to others
STOP_SECONDS = 2.0  # for a call that is under way

Work = TypeVar("Work", bound=Callable[[Job], Any])
PASSING = (httpx.TransportError, Refusal)


class RemoteWorker:
    """Runs up to `slots` jobs at once in threads. `queues` None serves all of them."""

    def __init__(
        self,
        url: str,
        worker_id: str,
        *,
        key: str | None = None,
        slots: int = 1,
        capabilities: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        queues: Sequence[str] | None = None,
        heartbeat_seconds: float = 30.0,
        wait_seconds: float = 20.0,
    ) -> None:
        self.slots = slots
        self._calls = Calls(url, worker_id, key=key)
        self._about = {
            "hostname": socket.gethostname(),
            "pid": os.getpid(),
            "maxConcurrency": slots,
            "capabilities": list(capabilities),
            "metadata": dict(metadata or {}),
            "heartbeatSeconds": heartbeat_seconds,
            **({"queues": list(queues)} if queues is not None else {}),
        }
        self._heartbeat_seconds = heartbeat_seconds
        self._wait_seconds = wait_seconds
        self._handlers: dict[str, Callable[[Job], Any]] = {}
        self._running: set[Job] = set()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._registering = threading.Lock()
        self._registered = 0.0
        self._reporter = Reporter(self._calls)
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="slot")
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._claim, self._live)]

    @property
    def running(self) -> int:
        """Handlers that run at this moment."""
        with self._changed:
            return len(self._running)

    def handler(self, type: str) -> Callable[[Work], Work]:  # noqa: A002  the word of the domain
        """Registers a function for a job type. Before the worker starts: it says then what it can run."""

        def register(work: Work) -> Work:
            self._handlers[type] = work
            return work

        return register

    def run(self) -> None:
        """Works until SIGTERM or SIGINT, then finishes what runs, for half a minute at most."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.start()
        stop.wait()
        self.stop()

    def start(self) -> None:
        """Registers and returns; jobs run in threads."""
        if not self._handlers:
            raise ValueError("This worker has no handlers: there is nothing that it could do.")
        try:
            self._register()
        except PASSING:
            self._calls.close()
            raise
        self._reporter.start()
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Claims nothing more, asks handlers to stop, reports, and gives back what is unfinished."""
        with self._changed:
            self._stopping.set()
            self._changed.notify_all()
            for job in self._running:
                job.stopping = True
            self._changed.wait_for(lambda: not self._running, seconds)
        self._reporter.finish()
        self._ended.set()
        try:
            self._calls.deregister()  # which also ends a claim that waits
        except PASSING as error:
            log.warning("not deregistered: %s", error)
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        self._pool.shutdown(wait=False)
        self._calls.close()

    def _register(self) -> None:
        self._calls.register(**self._about, types=sorted(self._handlers), currentLoad=0)
        self._registered = time.monotonic()

    def _register_again(self) -> None:
        """What still runs has lost its claims. One of two threads that notice it does it."""
        with self._registering:
            if time.monotonic() - self._registered > JUST_REGISTERED_SECONDS:
                for job in self._jobs():
                    job.lost = True
                self._register()

    def _jobs(self) -> set[Job]:
        with self._changed:
            return {job for job in self._running if not job.lost}

    def _claim(self) -> None:
        """Thread: keeps the slots busy."""
        pause, unsure = FIRST_PAUSE, False
        while (free := self._free_slots()) > 0:
            try:
                if unsure:
                    self._calls.release_all_but(self._known_claims())
                unsure = True  # until the answer is here: it may be lost with jobs in it
                for given in self._calls.claim(free, self._wait_seconds):
                    self._begin(Job.of(given, self._calls))
                pause, unsure = FIRST_PAUSE, False
            except PASSING as error:
                self._stopping.wait(max(pause, self._recover(error)))
                pause = min(pause * 2, LONGEST_PAUSE)

    def _free_slots(self) -> int:
        """Waits for one; 0 when the worker stops."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._running) < self.slots or self._stopping.is_set())
            return 0 if self._stopping.is_set() else self.slots - len(self._running)

    def _known_claims(self) -> set[int]:
        with self._changed:
            return {job.claim for job in self._running} | self._reporter.claims()

    def _begin(self, job: Job) -> None:
        with self._changed:
            self._running.add(job)
            job.stopping = self._stopping.is_set()
            job.keep(HEARTBEATS_MISSED * self._heartbeat_seconds)
        self._pool.submit(self._run, job)

    def _run(self, job: Job) -> None:
        report = attempt(self._handlers.get(job.type), job)
        self._time_out([job])
        with self._changed:
            if report is not None and not job.lost:
                self._reporter.add(report)
            self._running.discard(job)
            self._changed.notify_all()

    def _live(self) -> None:
        """Thread: heartbeats, longer claims, timeouts."""
        next_beat = 0.0
        while not self._ended.wait(max(0.0, min(next_beat - time.monotonic(), LOOK_SECONDS))):
            self._time_out(self._jobs())
            if time.monotonic() < next_beat:
                continue
            next_beat = time.monotonic() + self._heartbeat_seconds
            try:
                self._beat()
            except PASSING as error:
                next_beat = time.monotonic() + self._heartbeat_seconds / 4
                self._recover(error)

    def _beat(self) -> None:
        jobs = self._jobs()
        self._calls.heartbeat(len(jobs))
        if not jobs:
            return
        try:
            held = self._calls.extend({job.claim for job in jobs})
        except Refusal as refusal:
            if refusal.code != "STALE_CLAIM":
                raise
            held = {}
        for job in jobs:
            job.lost = job.lost or job.job_id not in held.get(job.claim, ())
            job.keep(HEARTBEATS_MISSED * self._heartbeat_seconds)

    def _time_out(self, jobs: Iterable[Job]) -> None:
        """Fails the attempts that are past their time, gives up those whose lease is over.

        Their slots stay busy until the handlers return.
        """
        for job in jobs:
            with self._changed:
                if job.late and not job.lost:
                    error = f"timed out after {job.timeout_seconds:g} s"
                    self._reporter.add(Report(job=job, outcome="fail", more={"error": error}))
                job.lost = job.lost or job.late or job.expired

    def _recover(self, error: Exception) -> float:
        """Registers again if need be; returns how many seconds to wait at least."""
        log.warning("trying again: %s", error)
        if not isinstance(error, Refusal):
            return 0.0
        if error.code == "WORKER_NOT_REGISTERED":
            try:
                self._register_again()
            except PASSING as again:
                log.warning("not registered: %s", again)
        return error.retry_after if error.passing else LONGEST_PAUSE
