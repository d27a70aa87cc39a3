"""What others notice while a month closes: the times of their requests and the memory of the workers."""

import threading
import time
from types import TracebackType

import psutil

from .api import BATCH, Api

EVERY_SECONDS = 0.2
MEGABYTE = 1024 * 1024


class Observer:
    """While entered, five times a second: asks for the batch's status and for a page of 100 journal entries over HTTP,
    and looks at the resident memory of the worker processes.

    `status_ms` and `journal_ms` are times seen by the client, from sending a request to the last byte of its answer.
    An answer other than 200 ends the benchmark.
    """

    def __init__(self, api: Api, batch_id: str) -> None:
        self._api = api
        self._batch_id = batch_id
        self._done = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._watch, name="observer")
        self.status_ms: list[float] = []
        self.journal_ms: list[float] = []
        self.worker_mb: list[float] = []

    def __enter__(self) -> "Observer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        if self._error and error is None:
            raise self._error

    def _watch(self) -> None:
        try:
            while True:
                began = time.monotonic()
                self.status_ms.append(self._timed(f"{BATCH}/{self._batch_id}/status"))
                self.journal_ms.append(self._timed("/api/v1/journal-entries"))
                self.worker_mb.append(worker_memory())
                if self._done.wait(max(EVERY_SECONDS - (time.monotonic() - began), 0)):
                    return
        except Exception as error:  # noqa: BLE001 - raised again in the thread that measures
            self._error = error

    def _timed(self, path: str) -> float:
        began = time.monotonic()
        self._api.get(path)
        return (time.monotonic() - began) * 1000


def worker_memory() -> float:
    """Megabytes of the largest worker process; the supervisor over them is none."""
    found = [process for process in psutil.Process().children(recursive=True) if _is_worker(process)]
    return max((process.memory_info().rss / MEGABYTE for process in found), default=0.0)


def _is_worker(process: psutil.Process) -> bool:
    return any(part.startswith("--child-of=") for part in process.cmdline())
