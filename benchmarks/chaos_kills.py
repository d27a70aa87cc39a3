"""Whom to kill, and when: a process of the product, at a random moment of a chosen phase."""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from benchmarks.chaos_ground import Ground, is_alive, wait_until

INITIATE, PLAN, POST, KEY, VALIDATE, COMMIT, REPORT, ABORT = (
    "initiate", "plan", "post", "key", "validate", "commit", "report", "abort")  # fmt: skip
PHASES = (INITIATE, PLAN, POST, KEY, VALIDATE, COMMIT, REPORT)
# How often each is aimed at, of fourteen.
SHARES = {INITIATE: 1, PLAN: 2, POST: 3, KEY: 1, VALIDATE: 1, COMMIT: 2, REPORT: 1, ABORT: 3}

SIGHT = """
SELECT b.status, b.phase, b.validated_at IS NOT NULL, b.expected_amount IS NOT NULL,
  coalesce((SELECT bool_and(r.next_block > r.last_block) FROM month_end_range r WHERE r.batch_id = b.id), false),
  (SELECT count(*) FROM month_end_block k WHERE k.batch_id = b.id AND k.posted_at IS NOT NULL)
FROM month_end_batch b ORDER BY b.id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Sight:
    """What the database says of the batch."""

    status: str
    phase: str
    proved: bool
    planned: bool
    posted: bool
    blocks: int

    @property
    def step(self) -> str:
        """The step that runs now."""
        if self.status in {"ABORTING", "ABORTED"}:
            return ABORT
        if self.status == "COMMITTED":
            return REPORT
        if self.proved:
            return COMMIT
        if self.status == "VALIDATING":
            return VALIDATE
        if self.posted:
            return KEY
        return POST if self.planned else PLAN

    @property
    def ended(self) -> bool:
        return self.phase == "DONE" and self.status in {"COMMITTED", "ABORTED"}


def look(ground: Ground) -> Sight | None:
    """The batch as it is now; None before there is one."""
    found = ground.rows(SIGHT)
    return Sight(*found[0]) if found else None


def has_reached(sight: Sight | None, phase: str) -> bool:
    """Whether the batch is in the phase or beyond it."""
    if sight is None:
        return phase == INITIATE
    if sight.status == "FAILED" or sight.step == ABORT:
        return True
    return PHASES.index(sight.step) >= PHASES.index(phase)


def durations(ground: Ground, run: Callable[[], None]) -> dict[str, float]:
    """How long each phase takes when nobody disturbs it, in seconds; `run` starts the batch."""
    began = time.monotonic()
    run()
    reached = {INITIATE: began, PLAN: time.monotonic()}

    def ended() -> bool:
        sight = look(ground)
        assert sight is not None
        for phase in PHASES[2 : PHASES.index(sight.step) + 1]:
            reached.setdefault(phase, time.monotonic())
        assert sight.status != "FAILED", "the undisturbed run failed"
        return sight.ended

    wait_until(ended, lambda: "the undisturbed run does not end", every=0.001)
    ends = [*list(reached.values())[1:], time.monotonic()]
    return {phase: end - start for (phase, start), end in zip(reached.items(), ends, strict=True)}


class Aims:
    """Deals phases so that each comes as often as its share, in random order."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._deck: list[str] = []

    def deal(self, count: int) -> list[str]:
        """So many phases in the order in which a batch goes through them, with at most one abort, as the last."""
        dealt = [self._next() for _ in range(count)]
        aborts = [phase for phase in dealt if phase == ABORT]
        return sorted((phase for phase in dealt if phase != ABORT), key=PHASES.index) + aborts[:1]

    def _next(self) -> str:
        if not self._deck:
            self._deck = [phase for phase, share in SHARES.items() for _ in range(share)]
            self._chance.shuffle(self._deck)
        return self._deck.pop()


class Killer:
    """Kills one process and, when it was the postmaster, starts the server again."""

    VICTIMS = ("worker", "backend", "server process", "postmaster")

    def __init__(self, ground: Ground, chance: random.Random) -> None:
        self._ground = ground
        self._chance = chance

    def strike(self) -> str:
        """Kill a random victim now; tells which."""
        victim = self._chance.choice(self.VICTIMS)
        if victim == "postmaster":
            process = psutil.Process(self._ground.server.pid)
            process.send_signal(signal.SIGKILL)
            self._ground.restart_server()
            return victim
        killed = self._kill(self._candidates(victim))
        return victim if killed else self.strike()

    def _candidates(self, victim: str) -> list[psutil.Process]:
        if victim == "worker":
            return self._ground.worker_processes()
        found = self._ground.server_processes()
        return [one for one in found if _is_backend(one)] if victim == "backend" else found

    def _kill(self, candidates: list[psutil.Process]) -> bool:
        """Whether one was there to be killed; it may have ended by itself meanwhile."""
        self._chance.shuffle(candidates)
        for process in candidates:
            if is_alive(process):
                try:
                    process.send_signal(signal.SIGKILL)
                except psutil.NoSuchProcess:
                    continue
                return True
        return False


def _is_backend(process: psutil.Process) -> bool:
    """A session of a worker that is at work, by the title that PostgreSQL gives it."""
    try:
        title = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    return "postgres: postgres" in title and not title.rstrip().endswith("idle")
