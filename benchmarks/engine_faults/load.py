"""The steady load: small graphs at a rate, each submitted under a key, so that asking again makes nothing twice."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connections

from benchmarks.chaos_ground import patiently
from benchmarks.engine_faults.jobs import EFFECT, PLAIN
from workers.services import JobSpec
from workers.services.executions import submit_once

WORKFLOW = "chaos"
WIDTH = 2  # jobs between the first and the last of a graph
AT_ONCE = 4  # graphs of one tick that are submitted at the same time
EFFECT_SECONDS, PLAIN_SECONDS = 0.005, 0.04


class Load:
    """While entered, submits graphs; afterwards `submitted` has the id of each that was acknowledged."""

    def __init__(self, name: str, rate: float) -> None:
        self._name = name
        self._rate = rate
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load")
        self._error: Exception | None = None
        self.factor = 1  # graphs of a tick
        self.submitted: list[int] = []

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        due = time.monotonic()
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                while not self._done.wait(max(due - time.monotonic(), 0)):
                    due += 1 / self._rate
                    numbers = range(len(self.submitted), len(self.submitted) + self.factor)
                    self.submitted += pool.map(self._submit, numbers)
        except Exception as error:  # noqa: BLE001 - raised again in the main thread
            self._error = error

    def _submit(self, number: int) -> int:
        try:
            return patiently(partial(submitted, f"{self._name}-{number}"))
        finally:
            connections.close_all()  # the thread's goes back to the pool


def submitted(key: str) -> int:
    """The id of the execution that was made under this key, now or before."""
    made, _ = submit_once(workflow=WORKFLOW, jobs=graph(), idempotency_key=key)
    return int(made.pk)


def graph() -> list[JobSpec]:
    """An effect, jobs that wait for it, and an effect that waits for them."""
    middle = [_plain(f"plain-{number}") for number in range(WIDTH)]
    return [
        JobSpec(key="first", type=EFFECT, payload={"seconds": EFFECT_SECONDS}),
        *middle,
        JobSpec(
            key="last", type=EFFECT, payload={"seconds": EFFECT_SECONDS}, depends_on=tuple(job.key for job in middle)
        ),
    ]


def _plain(key: str) -> JobSpec:
    return JobSpec(key=key, type=PLAIN, payload={"seconds": PLAIN_SECONDS}, depends_on=("first",))
