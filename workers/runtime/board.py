"""Where the threads of a runtime meet: tasks that run, results to report, and who must wake up."""

import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

from workers.handlers import Claim

Outcome = Literal["completed", "retry", "fail", "release"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one attempt ended. `output` is JSON text, for completed ones; `error` is for the others."""

    job_id: int
    fence: int
    outcome: Outcome
    output: str = "null"
    error: str | None = None


class Task:
    """A claim that a slot runs, and what became of it meanwhile."""

    def __init__(self, claim: Claim, stopping: threading.Event) -> None:
        self.claim = claim
        self.deadline = time.monotonic() + claim.timeout_seconds if claim.timeout_seconds else None
        self.over = False  # lost, cancelled or timed out: whatever the handler still does counts for nothing
        self.interrupted = False
        self._stopping = stopping
        self._lock = threading.Lock()
        self._database: BaseDatabaseWrapper | None = None
        claim.control = self

    def should_stop(self) -> bool:
        late = self.deadline is not None and time.monotonic() >= self.deadline
        return self.over or late or self._stopping.is_set()

    def begin(self, database: BaseDatabaseWrapper) -> None:
        """The slot's thread starts the handler; `database` is that thread's."""
        with self._lock:
            self._database = database

    def end(self) -> None:
        with self._lock:
            self._database = None

    def give_up(self) -> None:
        """The claim counts no longer: stops the statement that the handler may be waiting for."""
        with self._lock:
            self.over = True
            running: psycopg.Connection | None = self._database.connection if self._database else None
            if running is not None and not running.closed:
                self.interrupted = True
                running.cancel_safe(timeout=2.0)


class Board:
    """State shared by poller, slots and session; every method is safe to call from any thread."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.worker_id: int | None = None
        self.present = threading.Event()  # our session proves us alive; claims of an absent worker are taken for lost
        self.stopping = threading.Event()  # claim nothing more; handlers see should_stop()
        self.closed = threading.Event()  # report nothing more
        self.tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._woken = False
        self._running: dict[tuple[int, int], Task] = {}
        self._results: list[Result] = []

    @property
    def running_count(self) -> int:
        return len(self._running)

    def free_slots(self) -> int:
        with self._changed:
            return self.slots - len(self._running)

    def idle(self) -> bool:
        """No task runs and no result waits."""
        with self._changed:
            return not self._running and not self._results

    def running(self) -> list[Task]:
        """The tasks whose claims still count."""
        with self._changed:
            return [task for task in self._running.values() if not task.over]

    def known_fences(self) -> list[int]:
        """The claims of all tasks and of the results that wait to be reported."""
        with self._changed:
            return sorted({fence for fence, _ in self._running} | {result.fence for result in self._results})

    def dispatch(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            task = Task(claim, self.stopping)
            with self._changed:
                self._running[claim.fence, claim.job_id] = task
            self.tasks.put(task)

    def finish(self, task: Task, result: Result | None) -> None:
        """The slot is free again. A result of a task that is over is dropped."""
        task.end()
        with self._changed:
            del self._running[task.claim.fence, task.claim.job_id]
            if result is not None and not task.over:
                self._results.append(result)
            self._wake()

    def time_out(self, now: float) -> None:
        """Fails the attempts that are past their time; their slots stay busy until the handlers return."""
        late = [task for task in self.running() if task.deadline is not None and task.deadline <= now]
        for task in late:
            claim = task.claim
            error = f"timed out after {claim.timeout_seconds:g} s"
            with self._changed:
                if (claim.fence, claim.job_id) not in self._running:
                    continue
                task.over = True
                self._results.append(Result(job_id=claim.job_id, fence=claim.fence, outcome="retry", error=error))
                self._wake()
            task.give_up()

    def next_deadline(self) -> float | None:
        return min((task.deadline for task in self.running() if task.deadline is not None), default=None)

    def take_results(self) -> list[Result]:
        with self._changed:
            taken, self._results = self._results, []
            return taken

    def put_back(self, results: list[Result]) -> None:
        """Results that couldn't be reported; they go first the next time."""
        with self._changed:
            self._results[:0] = results

    def wake(self) -> None:
        with self._changed:
            self._wake()

    def wait(self, seconds: float) -> None:
        """Until a result comes, a slot becomes free, someone calls `wake`, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken, seconds)
            self._woken = False

    def _wake(self) -> None:
        self._woken = True
        self._changed.notify_all()
