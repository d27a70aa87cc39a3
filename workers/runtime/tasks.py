"""What a slot takes at once: one claim, or several of one type."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from workers import handlers
from workers.claims import Outcome, Result
from workers.handlers import Claim


class Task:
    """Claims of one type that one slot runs, and what became of them meanwhile.

    `open` are those that still count, by job: reported, lost and timed out ones leave it. Whoever touches it holds the
    board's lock.
    """

    def __init__(self, claims: Sequence[Claim], stopping: threading.Event) -> None:
        self.type = claims[0].type
        self.claims: list[Claim] = []
        self.open: dict[int, Claim] = {}
        self.active: dict[int, Claim] = {}
        self.deadline: float | None = None  # of the active ones
        self.starts_by: float | None = None  # while it waits for more claims
        self.interrupted = False
        self._stopping = stopping
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None
        self.add(claims)

    def add(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            claim.control = self
            self.claims.append(claim)
            self.open[claim.job_id] = claim

    def should_stop(self, claim: Claim) -> bool:
        late = self.deadline is not None and time.monotonic() >= self.deadline
        return late or claim.job_id not in self.open or self._stopping.is_set()

    def start(self, claims: Sequence[Claim], interrupt: Callable[[], object]) -> None:
        """The slot runs these of its claims now; `interrupt` makes the handler return early, from any thread."""
        times = [claim.timeout_seconds for claim in claims if claim.timeout_seconds]
        with self._lock:
            self.active = {claim.job_id: claim for claim in claims}
            self.deadline = time.monotonic() + max(times) if times else None
            self._interrupt = interrupt

    def turn(self, claim: Claim) -> bool:
        """The next of the claims that one handler runs one after another; False when it counts no longer."""
        with self._lock:
            self.active = {claim.job_id: claim}
            self.deadline = time.monotonic() + claim.timeout_seconds if claim.timeout_seconds else None
        return claim.job_id in self.open

    def end(self) -> None:
        """The handler returned."""
        with self._lock:
            self.active, self.deadline, self._interrupt = {}, None, None

    def lose(self, jobs: Iterable[int]) -> bool:
        """These claims count no longer. Whether the handler works on nothing else: interrupt it then."""
        for job in jobs:
            self.open.pop(job, None)
        return not self.active.keys() & self.open.keys()

    def time_out(self) -> list[Result]:
        """The attempts that run are past their time; what waits behind them in the slot goes back."""
        late = [claim for job, claim in self.active.items() if job in self.open]
        waiting = [claim for job, claim in self.open.items() if job not in self.active]
        self.open.clear()
        return [
            *(result(claim, "retry", f"timed out after {claim.timeout_seconds or 0:g} s") for claim in late),
            *(result(claim, "release") for claim in waiting),
        ]

    def interrupt(self) -> None:
        """Stops what the handler may be waiting for."""
        with self._lock:
            if self._interrupt is not None and not self.active.keys() & self.open.keys():
                self.interrupted = True
                self._interrupt()


def result(claim: Claim, outcome: Outcome, error: str | None = None) -> Result:
    """How an attempt ended that has no output."""
    return Result(job_id=claim.job_id, fence=claim.fence, outcome=outcome, error=error)


def chunks(claims: Iterable[Claim]) -> Iterator[list[Claim]]:
    """The claims by type, cut into what a slot takes at once."""
    for type_, same in groupby(sorted(claims, key=attrgetter("type")), key=attrgetter("type")):
        known = handlers.registered(type_)
        size, rest = known.chunk if known else 1, list(same)
        for start in range(0, len(rest), size):
            yield rest[start : start + size]
