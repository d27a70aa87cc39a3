"""One run: close the month, kill on the way, and see how it ends."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connections

from batches.ledger.models import AccountingPeriod
from batches.monthend.models import MonthEndBatch
from batches.monthend.services import abort_batch, initiate_batch, resume_batch
from benchmarks.chaos_ground import MONTH, Ground, patiently, wait_until
from benchmarks.chaos_kills import ABORT, INITIATE, PHASES, Killer, has_reached, look
from project.api.errors import Conflict

WORKER_COUNT = 20
ABORT_SECONDS = 0.15  # within which a kill comes after an abort was asked for


@dataclass
class Outcome:
    """How a run ended: `kills` as phase and victim, `status` COMMITTED or ABORTED, `wrong` when it should not have."""

    kills: list[str] = field(default_factory=list)
    status: str = ""
    resumed: list[str] = field(default_factory=list)  # why each time
    wrong: dict[str, object] = field(default_factory=dict)
    seconds: float = 0.0


class Run:
    """A batch from its initiation to its end, with up to three kills."""

    def __init__(
        self, ground: Ground, chance: random.Random, lengths: dict[str, float], books: dict[str, str], aims: list[str]
    ) -> None:
        self._ground = ground
        self._chance = chance
        self._lengths = {**lengths, ABORT: ABORT_SECONDS}
        self._books = books
        self._killer = Killer(ground, chance)
        self._aims = aims
        self.outcome = Outcome()

    def go(self) -> Outcome:
        """Everything, and what is different in the end."""
        began = time.monotonic()
        first, *later = self._aims
        self._start(kill=first == INITIATE)
        for phase in self._aims if first != INITIATE else later:
            if phase == ABORT:
                self._wait_for(self._chance.choice(PHASES[1:-1]))
                self._beside(self._abort, ABORT)
            else:
                self._wait_for(phase)
                self._strike(phase)
        self._drive()
        self._compare()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _start(self, *, kill: bool) -> None:
        if kill:
            self._beside(initiate, INITIATE)
        else:
            initiate()

    def _beside(self, call: Callable[[], None], phase: str) -> None:
        """Kill while the call is under way. It runs in a thread: a server that this thread starts lives with it."""
        with ThreadPoolExecutor(1) as pool:
            under_way = pool.submit(in_thread, call)
            self._strike(phase)
            under_way.result()

    def _wait_for(self, phase: str) -> None:
        wait_until(
            lambda: has_reached(look(self._ground), phase), lambda: f"{phase} is not reached: {state()}", every=0.001
        )

    def _strike(self, phase: str) -> None:
        time.sleep(self._chance.uniform(0, self._lengths[phase]))
        sight = look(self._ground)
        step = sight.step if sight else INITIATE
        self.outcome.kills.append(f"{self._killer.strike()} in {step}")

    def _abort(self) -> None:
        batch = patiently(lambda: MonthEndBatch.objects.latest("id"))
        try:
            patiently(lambda: abort_batch(batch=batch, actor=None, reason="Chaos", rollback=True))
        except Conflict:  # it has committed, or the first answer was lost
            return

    def _drive(self) -> None:
        """Until the batch has ended; one that failed, by three losses of one job, is resumed as a person would."""

        def ended() -> bool:
            sight = look(self._ground)
            if sight is not None and sight.status == "FAILED":
                self.outcome.resumed.append(patiently(lambda: str(MonthEndBatch.objects.latest("id").reason)))
                resume()
            return sight is not None and sight.ended

        wait_until(ended, lambda: f"the batch does not end: {state()}")
        self.outcome.status = patiently(lambda: str(MonthEndBatch.objects.latest("id").status))

    def _compare(self) -> None:
        if self.outcome.status == "ABORTED":
            self.outcome.wrong = dict(self._ground.leftovers())
        else:
            found = self._ground.fingerprint()
            self.outcome.wrong = {name: digest for name, digest in found.items() if digest != self._books[name]}
        if failed_proofs := [reason for reason in self.outcome.resumed if "differ" in reason]:
            self.outcome.wrong["proof"] = failed_proofs


def initiate() -> None:
    """Start the close; a batch that is there already was started by a call whose answer was lost."""

    def ask() -> None:
        if not MonthEndBatch.objects.exists():
            period = AccountingPeriod.objects.get(code=MONTH)
            initiate_batch(
                period_start=period.start_date, period_end=period.end_date, batch_type="COMBINED",
                worker_count=WORKER_COUNT, dry_run=False, actor=None,
            )  # fmt: skip

    patiently(ask)


def resume() -> None:
    """Resume the batch unless somebody did: the answer of the call before may have been lost."""

    def ask() -> None:
        batch = MonthEndBatch.objects.latest("id")
        if batch.status == "FAILED":
            resume_batch(batch=batch, actor=None)

    patiently(ask)


def in_thread(call: Callable[[], None]) -> None:
    """The call, with a connection that is given back at its end."""
    try:
        call()
    finally:
        connections.close_all()


def state() -> str:
    """Where the batch stands, for a complaint."""
    batch = MonthEndBatch.objects.latest("id")
    events = "; ".join(f"{event.name}: {event.message}" for event in batch.events.all())
    return f"{batch.status}, {batch.phase}, {batch.reason} ({events})"
