"""Where the threads of a runtime meet: tasks that run, results to report, and who must wake up."""

import queue
import threading
import time
from collections.abc import Iterable, Mapping, Sequence

import structlog

from workers import handlers
from workers.claims import Result
from workers.handlers import Claim
from workers.runtime.gathering import Gathering
from workers.runtime.tasks import REPORT_SECONDS, Task, chunks

log = structlog.get_logger("workers")


class Board:
    """State shared by poller, slots and session; every method is safe to call from any thread."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.worker_id: int | None = None
        self.present = threading.Event()  # our session proves us alive; claims of an absent worker are taken for lost
        self.stopping = threading.Event()  # claim nothing more; handlers see should_stop()
        self.closed = threading.Event()  # report what there is, and nothing more
        self.tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._woken = False
        self._notified = False
        self._running: set[Task] = set()
        self._gathering = Gathering(self.stopping)
        self._results: list[Result] = []

    @property
    def running_count(self) -> int:
        """Jobs that are being worked on, or wait in a slot."""
        with self._changed:
            return sum(len(task.open) for task in self._running)

    def free_slots(self) -> int:
        """One as well when all are taken, and a batch in the last of them waits for more."""
        with self._changed:
            free = max(self.slots - len(self._running), 0)
            return free or int(len(self._running) == self.slots and self._gathering.takes_more())

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
                    begun, full = self._gathering.add(chunk, known.max_batch_size, known.max_wait_ms, eager=known.eager)
                else:
                    begun = full = [Task(chunk, self.stopping)]
                self._running.update(begun)
                for task in full:
                    self.tasks.put(task)

    def start_gathered(self) -> float | None:
        """Starts the batches that waited long enough; returns how long the next one still waits."""
        with self._changed:
            now = time.monotonic()
            # with more tasks than slots another one waits for the first that ends
            idle = len(self._running) != self.slots or len(self._running) == len(self._gathering)
            for task in self._gathering.ripe(now, all_of_them=self.stopping.is_set(), idle=idle):
                self.tasks.put(task)
            return self._gathering.left(now)

    def finish(self, task: Task) -> None:
        """The slot is free. What no longer counts of its results is dropped."""
        with self._changed:
            self._results += task.take_ended()
            task.open.clear()
            self._running.discard(task)
            self._wake()

    def lose(self, held: Mapping[int, set[int]], asked: set[int]) -> None:
        """Gives up what the claims that were asked about no longer hold: `held` has their jobs, by fence."""
        lost, useless = [], []
        with self._changed:
            for task in self._running:
                gone = [
                    job
                    for job, claim in task.open.items()
                    if claim.fence in asked and job not in held.get(claim.fence, ())
                ]
                if gone and task.lose(gone):
                    useless.append(task)
                lost += gone
        if lost:
            log.info("these jobs count no longer; what their handlers return is dropped", jobs=lost)
        for task in useless:
            task.interrupt()

    def give_up(self) -> None:
        """Nothing that still runs counts; what has ended does."""
        with self._changed:
            for task in self._running:
                self._results += task.take_ended()
        self.lose({}, {claim.fence for claim in self.open_claims()})

    def time_out(self, now: float) -> None:
        """Fails the attempts that are past their time; their slots stay busy until the handlers return."""
        with self._changed:
            late = [task for task in self._running if task.is_late(now)]
            for task in late:
                self._results += task.take_ended()
                self._results += task.time_out(now)
                self._wake()
        for task in late:
            task.interrupt()

    def next_look(self) -> float | None:
        """When an attempt may be past its time next."""
        now = time.monotonic()
        with self._changed:
            looks = [task.next_look(now) for task in self._running]
        return min((look for look in looks if look is not None), default=None)

    def take_results(self) -> list[Result]:
        """What is to be reported. A task that still runs adds what it has done only now and then, for one statement."""
        with self._changed:
            for task in self._reporting(time.monotonic()):
                self._results += task.take_ended()
                task.report_at = time.monotonic() + REPORT_SECONDS
            taken, self._results = self._results, []
            return taken

    def _reporting(self, now: float) -> list[Task]:
        return [task for task in self._running if task.ended and now >= task.report_at]

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
        """Until there are results, a slot becomes free, someone calls `wake`, or the time is over."""
        end = time.monotonic() + seconds
        with self._changed:
            while not self._woken and (left := end - time.monotonic()) > 0:
                # a slot that works off several claims says nothing before the last
                some_end_before = any(len(task.open) > 1 for task in self._running)
                self._changed.wait(min(left, REPORT_SECONDS) if some_end_before else left)
                if self._reporting(time.monotonic()):
                    break
            self._woken = False

    def _wake(self) -> None:
        self._woken = True
        self._changed.notify_all()
