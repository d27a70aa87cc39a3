"""What a slot takes at once: one claim, or several of one type."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from workers import handlers
from workers.claims import Outcome, Result
from workers.handlers import Claim

REPORT_SECONDS = 0.05  # while a slot works off several claims, what is done is reported this often
GRACE_SECONDS = 1.0  # for a coroutine to end by its own timeout

NO_TIMES: Mapping[int, float] = {}


class Task:
    """Claims of one type that one slot runs, and what became of them meanwhile.

    `open` are those that still count, by job: reported, lost and timed out ones leave it. Whoever changes it holds the
    board's lock. `ended` is what the slot has to say, in no need of a lock: the slot appends, the board takes from the
    front.
    """

    def __init__(self, claims: Sequence[Claim], stopping: threading.Event) -> None:
        self.type = claims[0].type
        self.claims: list[Claim] = []
        self.open: dict[int, Claim] = {}
        self.active: dict[int, Claim] = {}
        self.ended: list[Result] = []
        self.report_at = 0.0  # not before then, unless all of it is done
        self.starts_by = 0.0  # while it waits for more claims
        self.eager = False  # not while a slot is idle
        self.interrupted = False
        self._shortest: float | None = None  # of the timeouts
        self._late_at = NO_TIMES  # of the active ones; replaced, never changed
        self._stopping = stopping
        self._lock = threading.Lock()  # what is active; taken after the board's
        self._interrupt: Callable[[], object] | None = None
        self.add(claims)

    def add(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            claim.control = self
            self.claims.append(claim)
            self.open[claim.job_id] = claim
            if claim.timeout_seconds:
                self._shortest = min(self._shortest or claim.timeout_seconds, claim.timeout_seconds)

    def should_stop(self, claim: Claim) -> bool:
        late_at = self._late_at.get(claim.job_id)
        late = late_at is not None and time.monotonic() >= late_at
        return late or claim.job_id not in self.open or self._stopping.is_set()

    def start(self, claims: Sequence[Claim], interrupt: Callable[[], object]) -> None:
        """The slot runs these of its claims now, in one call; `interrupt` makes it return early, from any thread.

        They are late together, and never when one of them may take as long as it likes.
        """
        times = [claim.timeout_seconds for claim in claims if claim.timeout_seconds]
        late_at = time.monotonic() + max(times) if len(times) == len(claims) else None
        self._start(claims, interrupt, {claim.job_id: late_at for claim in claims} if late_at is not None else NO_TIMES)

    def start_each(self, claims: Sequence[Claim], interrupt: Callable[[], object]) -> None:
        """The same for a coroutine for each claim, which looks after its time itself unless something blocks it."""
        now = time.monotonic() + GRACE_SECONDS
        self._start(
            claims, interrupt, {claim.job_id: now + claim.timeout_seconds for claim in claims if claim.timeout_seconds}
        )

    def _start(self, claims: Sequence[Claim], interrupt: Callable[[], object], late_at: Mapping[int, float]) -> None:
        with self._lock:
            self.active = {claim.job_id: claim for claim in claims}
            self._late_at = late_at
            self._interrupt = interrupt
        self.report_at = time.monotonic() + REPORT_SECONDS

    def turn(self, claim: Claim) -> bool:
        """The next of the claims that one handler runs one after another; False when it counts no longer."""
        with self._lock:
            self.active = {claim.job_id: claim}
            self._late_at = (
                {claim.job_id: time.monotonic() + claim.timeout_seconds} if claim.timeout_seconds else NO_TIMES
            )
        return claim.job_id in self.open

    def end(self) -> None:
        """The handler returned."""
        with self._lock:
            self.active, self._late_at, self._interrupt = {}, NO_TIMES, None

    def take_ended(self) -> list[Result]:
        """What the slot has to say of claims that still count; they leave `open`."""
        taken = self.ended[:]
        del self.ended[: len(taken)]  # the slot may have appended more
        return [result for result in taken if self.open.pop(result.job_id, None) is not None]

    def lose(self, jobs: Iterable[int]) -> bool:
        """These claims count no longer. Whether the handler works on nothing else: interrupt it then."""
        for job in jobs:
            self.open.pop(job, None)
        return not self.active.keys() & self.open.keys()

    def next_look(self, now: float) -> float | None:
        """When a claim may be late next; what has not begun can't be before all of its time is over."""
        looks = [at for job, at in self._late_at.items() if job in self.open]
        if self._shortest is not None and len(self.open) > len(self.active):
            looks.append(now + self._shortest)
        return min(looks, default=None)

    def is_late(self, now: float) -> bool:
        return any(at <= now and job in self.open for job, at in self._late_at.items())

    def time_out(self, now: float) -> list[Result]:
        """Fails the attempts that are past their time. When the handler has no other, what waits behind it goes back.

        What ended in time must have been taken before.
        """
        with self._lock:
            late = [self.open.pop(job) for job, at in self._late_at.items() if at <= now and job in self.open]
            waiting = list(self.open.values()) if late and not self.active.keys() & self.open.keys() else []
            for claim in waiting:
                del self.open[claim.job_id]
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
