"""Where the threads of a runtime meet: tasks that run, results to report, and who must wake up."""

import queue
import threading
import time
from collections.abc import Iterable, Sequence

import structlog

from workers import handlers
from workers.claims import Result
from workers.handlers import Claim
from workers.runtime.tasks import Task, chunks

log = structlog.get_logger("workers")


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
        self._notified = False
        self._running: set[Task] = set()
        self._gathering: dict[str, Task] = {}  # batches that wait for more claims, by type
        self._results: list[Result] = []

    @property
    def running_count(self) -> int:
        """Jobs that are being worked on, or wait in a slot."""
        with self._changed:
            return sum(len(task.open) for task in self._running)

    def free_slots(self) -> int:
        with self._changed:
            return self.slots - len(self._running)

    def idle(self) -> bool:
        """No task runs and no result waits."""
        with self._changed:
            return not self._running and not self._results

    def open_claims(self) -> list[Claim]:
        """The claims that still count."""
        with self._changed:
            return [claim for task in self._running for claim in task.open.values()]

    def known_fences(self) -> list[int]:
        """The claims of all tasks and of the results that wait to be reported."""
        with self._changed:
            running = {claim.fence for task in self._running for claim in task.open.values()}
            return sorted(running | {result.fence for result in self._results})

    def dispatch(self, claims: Iterable[Claim]) -> None:
        """Hands claims to the slots, as many at once as their handlers take."""
        with self._changed:
            for chunk in chunks(claims):
                known = handlers.registered(chunk[0].type)
                if known is not None and known.max_wait_ms and known.max_batch_size:
                    self._gather(chunk, known.max_batch_size, known.max_wait_ms)
                else:
                    self._start(Task(chunk, self.stopping))

    def _start(self, task: Task) -> None:
        self._running.add(task)
        self.tasks.put(task)

    def _gather(self, chunk: list[Claim], size: int, wait_ms: float) -> None:
        task = self._gathering.get(chunk[0].type)
        if task is None:
            task = self._gathering[chunk[0].type] = Task(chunk[:size], self.stopping)
            task.starts_by = time.monotonic() + wait_ms / 1000
            self._running.add(task)
            chunk = chunk[size:]
        missing = size - len(task.claims)
        task.add(chunk[:missing])
        if len(task.claims) == size:
            self.tasks.put(self._gathering.pop(task.type))
        if chunk[missing:]:
            self._gather(chunk[missing:], size, wait_ms)

    def start_gathered(self) -> float | None:
        """Starts the batches that waited long enough; returns how long the next one still waits."""
        with self._changed:
            now = time.monotonic()
            for task in list(self._gathering.values()):
                if self.stopping.is_set() or now >= (task.starts_by or 0.0):
                    self.tasks.put(self._gathering.pop(task.type))
            return min((max((task.starts_by or 0.0) - now, 0.0) for task in self._gathering.values()), default=None)

    def report(self, task: Task, results: Sequence[Result], *, last: bool = True) -> None:
        """What a slot did; with the last of it the slot is free. What no longer counts is dropped."""
        with self._changed:
            self._results += [result for result in results if task.open.pop(result.job_id, None) is not None]
            if last:
                task.open.clear()
                self._running.discard(task)
            self._wake()

    def lose(self, held: dict[int, set[int]], asked: set[int]) -> None:
        """Gives up what the claims (fence -> jobs) no longer hold of the jobs that were asked about."""
        lost, useless = [], []
        with self._changed:
            for task in self._running:
                gone = [
                    job for job, claim in task.open.items() if job in asked and job not in held.get(claim.fence, ())
                ]
                if gone and task.lose(gone):
                    useless.append(task)
                lost += gone
        if lost:
            log.info("these jobs count no longer; what their handlers return is dropped", jobs=lost)
        for task in useless:
            task.interrupt()

    def give_up(self) -> None:
        """Nothing that still runs counts."""
        self.lose({}, {claim.job_id for claim in self.open_claims()})

    def time_out(self, now: float) -> None:
        """Fails the attempts that are past their time; their slots stay busy until the handlers return."""
        with self._changed:
            late = [task for task in self._running if task.deadline is not None and task.deadline <= now and task.open]
            for task in late:
                self._results += task.time_out()
                self._wake()
        for task in late:
            task.interrupt()

    def next_deadline(self) -> float | None:
        with self._changed:
            return min(
                (task.deadline for task in self._running if task.deadline is not None and task.open), default=None
            )

    def take_results(self) -> list[Result]:
        with self._changed:
            taken, self._results = self._results, []
            return taken

    def put_back(self, results: Sequence[Result]) -> None:
        """Results that couldn't be reported; they go first the next time."""
        with self._changed:
            self._results[:0] = results

    def wake(self, *, notified: bool = False) -> None:
        """`notified`: because the database said that there is work."""
        with self._changed:
            self._notified = self._notified or notified
            self._wake()

    def take_notice(self) -> bool:
        """Whether the database said so since the last time."""
        with self._changed:
            taken, self._notified = self._notified, False
            return taken

    def wait(self, seconds: float) -> None:
        """Until a result comes, a slot becomes free, someone calls `wake`, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken, seconds)
            self._woken = False

    def _wake(self) -> None:
        self._woken = True
        self._changed.notify_all()
