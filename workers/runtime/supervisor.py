"""Keeps N worker processes alive: starts them, starts those that died again, stops them together."""

import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger("workers")

LOOK_SECONDS = 0.2
QUICK_DEATH_SECONDS = 10.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 10.0


@dataclass
class Place:
    """One of the N processes, through its deaths."""

    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    delay: float = field(default=FIRST_DELAY)


class Supervisor:
    """Runs `command` in N children until SIGTERM or SIGINT; then they have `stop_seconds` to finish."""

    def __init__(self, command: Sequence[str], processes: int, stop_seconds: float) -> None:
        self._command = list(command)
        self._places = [Place() for _ in range(processes)]
        self._stop_seconds = stop_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Returns once all children have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        while not self._stopping.is_set():
            for place in self._places:
                self._keep(place)
            self._stopping.wait(LOOK_SECONDS)
        self._stop()

    def _keep(self, place: Place) -> None:
        now = time.monotonic()
        if place.process is not None and (code := place.process.poll()) is not None:
            lived = now - place.started_at
            seconds = place.delay if lived < QUICK_DEATH_SECONDS else FIRST_DELAY
            log.error("worker process died; starting another", pid=place.process.pid, code=code, seconds=seconds)
            place.start_at = now + seconds
            place.delay = min(seconds * 2, LONGEST_DELAY)
            place.process = None
        if place.process is None and now >= place.start_at:
            place.process = subprocess.Popen(self._command)  # noqa: S603  this program itself
            place.started_at = now

    def _stop(self) -> None:
        children = [place.process for place in self._places if place.process is not None]
        for child in children:
            child.terminate()
        end = time.monotonic() + self._stop_seconds
        for child in children:
            try:
                child.wait(max(end - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                log.error("worker process did not stop in time; killed", pid=child.pid)
                child.kill()
                child.wait()
