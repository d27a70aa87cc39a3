"""A remote worker: claims while slots are free, reports in batches, says that it lives."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from workers.client.beating import Beating
from workers.client.calls import Calls, Refusal
from workers.client.claiming import Claiming
from workers.client.jobs import Job
from workers.client.registration import Registration
from workers.client.reports import Reporter
from workers.client.running import Running

log = logging.getLogger("tutup.worker")

HEARTBEATS_MISSED = 3  # then the server gives the jobs to others
STOP_SECONDS = 2.0  # for a call that is under way

Work = TypeVar("Work", bound=Callable[[Job], Any])


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
        about: dict[str, Any] = {
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
        self._reporter = Reporter(self._calls)
        self._running = Running(slots, HEARTBEATS_MISSED * heartbeat_seconds, self._reporter)
        self._registration = Registration(self._calls, about, self._handlers, self._running)
        self._claiming = Claiming(self._calls, self._registration, self._running, self._handlers, wait_seconds)
        self._beating = Beating(self._calls, self._registration, self._running, heartbeat_seconds)

    @property
    def running(self) -> int:
        """Handlers that run at this moment."""
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
            self._registration.make()
        except Exception:
            self._calls.close()
            raise
        for thread in (self._reporter, self._claiming, self._beating):
            thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Claims nothing more, asks handlers to stop, reports, and gives back what is unfinished."""
        self._running.stop(seconds)
        self._reporter.finish()
        self._beating.ended.set()
        try:
            self._calls.deregister()  # which also ends a claim that waits
        except (httpx.HTTPError, Refusal) as error:
            log.warning("not deregistered: %s", error)
        for thread in (self._claiming, self._beating):
            thread.join(STOP_SECONDS)
        self._calls.close()
