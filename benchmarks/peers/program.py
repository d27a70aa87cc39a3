"""Runs a queue's program: `fill JOBS`, which prints the seconds it took, and `drain CONCURRENCY`, a worker process.

A worker says `ready`, waits for a line, and tells how many jobs it has done as `COUNT NANOSECONDS`, the latter being
the time of the last one on the machine's monotonic clock. It ends when its stdin is closed.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from project.processes import dies_with_parent

PATIENCE_SECONDS = 120.0

Process = subprocess.Popen[str]


@dataclass(frozen=True)
class Program:
    """One queue on an empty store of its own."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def fill(self, jobs: int) -> float:
        """Seconds to enqueue so many jobs whose payloads are made, as many at a time as the queue is fastest with."""
        return float(self.answer("fill", jobs))

    def drain(self, jobs: int, concurrency: int, processes: int) -> float:
        """Seconds from the start of the workers to the last of the jobs that wait."""
        with self.workers(concurrency, processes) as started:
            began = time.monotonic_ns()
            go(started)
            return (_last(started, jobs) - began) / 1e9

    def latencies(self, jobs: int) -> list[float]:
        """Milliseconds from the call that enqueues a job to its start on an idle worker, one after another."""
        found: list[float] = json.loads(self.answer("latency", jobs))
        return found

    def answer(self, *arguments: object) -> str:
        """The last line that the program prints. Raises RuntimeError when it fails; its stderr stands above."""
        command = [*self.command, *map(str, arguments)]
        done = subprocess.run(command, env=self.variables(), stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}.")
        return done.stdout.strip().rpartition("\n")[2]

    @contextmanager
    def workers(self, concurrency: int, processes: int) -> Iterator[list[Process]]:
        """Worker processes that are ready; killed at the end."""
        with ExitStack() as stack:
            started = [stack.enter_context(self.process("drain", concurrency)) for _ in range(processes)]
            for one in started:
                expect(one, "ready")
            yield started

    @contextmanager
    def process(self, *arguments: object) -> Iterator[Process]:
        """The program with pipes to it; killed at the end if it still runs then."""
        process: Any = subprocess.Popen(
            [*self.command, *map(str, arguments)], env=self.variables(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it must not outlive the benchmark
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def variables(self) -> dict[str, str]:
        """The environment that it runs in."""
        return {**os.environ, **self.environment}


def expect(process: Process, line: str) -> None:
    """Waits for a line. Raises RuntimeError when the process says something else or ends."""
    assert process.stdout is not None
    if (said := process.stdout.readline().strip()) != line:
        raise RuntimeError(f"{process.args!r} said {said!r} instead of {line!r}; its stderr stands above.")


def go(started: list[Process]) -> None:
    """Starts workers that are ready."""
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def _last(started: list[Process], jobs: int) -> int:
    """When the last of the jobs was done, in nanoseconds. Raises RuntimeError when they don't get on."""
    told: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    for number, process in enumerate(started):
        threading.Thread(target=_listen, args=(number, process, told), daemon=True).start()
    done, last = [0] * len(started), 0
    while sum(done) < jobs:
        try:
            number, line = told.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise RuntimeError(f"{started[0].args!r}: {sum(done)} of {jobs} jobs were done, then none.") from None
        count, at = line.split()
        done[number] = int(count)
        last = max(last, int(at))
    return last


def _listen(number: int, process: Process, told: "queue.SimpleQueue[tuple[int, str]]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        told.put((number, line))
