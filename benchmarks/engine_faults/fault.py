"""What a fault has at hand."""

import contextlib
import random
import signal
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import psutil
import psycopg
from psycopg.rows import dict_row

from benchmarks.engine_faults.ground import Ground
from benchmarks.engine_faults.load import Load
from workers import claims

STRIKES_EVERY = 0.5
BURST = 20
WAKE_SECONDS = 5.0  # for a woken worker to end its handlers and report
HOLDER = """
SELECT w.pid FROM lease l JOIN workers.live_workers() w ON w.id = l.worker_id WHERE w.has_session
ORDER BY l.claimed_at DESC LIMIT 1"""
HELD = """
SELECT l.worker_id, u.job, l.id FROM lease l JOIN worker w ON w.id = l.worker_id, unnest(l.ids) u(job)
WHERE w.pid = %s AND w.stopped_at IS NULL"""


class Fault:
    """A load that goes on for `seconds`, and what a fault notes: its strikes, late results as (job, claim) that it sent
    and saw refused, and those that a woken worker was refused or dropped itself."""

    def __init__(self, ground: Ground, load: Load, seconds: float, chance: random.Random) -> None:
        self.ground = ground
        self.load = load
        self.seconds = seconds
        self.chance = chance
        self.strikes: list[datetime] = []
        self.refused: list[tuple[int, int]] = []
        self.woken_refused: list[tuple[int, int]] = []

    def struck(self) -> None:
        """Something is hit at this moment."""
        self.strikes.append(datetime.now(UTC))

    def session(self) -> psycopg.Connection:
        """A session of somebody else on the product's database."""
        return psycopg.connect(self.ground.server.url("benchmark"), autocommit=True, application_name="chaos")

    def report(self, worker_id: int, held: Iterable[tuple[int, int]], *, slots: int = 0) -> claims.Answer:
        """Completes these jobs (job, fence) in a worker's name, and claims for it."""
        results = [claims.Result(job_id=job, fence=fence, outcome="completed") for job, fence in held]
        with self.session() as session, session.cursor(row_factory=dict_row) as cursor:
            return claims.poll(
                lambda query, params: cursor.execute(query, params).fetchall(), worker_id, slots, results
            )

    def report_late(self, worker_id: int, held: Sequence[tuple[int, int]]) -> None:
        """As `report`, for jobs that others have meanwhile: every one must be refused."""
        refused = self.report(worker_id, held).refused
        if sorted(refused) != sorted(held):
            raise RuntimeError(f"Of the late results {held} only {refused} were refused.")
        self.refused += refused

    def wake(self, process: psutil.Process, held: Sequence[tuple[int, int]]) -> None:
        """SIGCONT; notes which of its late results (job, fence) the process then says were refused or dropped."""
        since = len(self.ground.said())
        process.send_signal(signal.SIGCONT)
        end = time.monotonic() + WAKE_SECONDS
        while len(self.woken_refused) < len(held) and time.monotonic() < end:
            time.sleep(0.05)
            told = self.ground.refused(since)
            self.woken_refused = [(job, fence) for job, fence in held if (job, fence) in told or (job, None) in told]

    def kill(self, processes: Iterable[psutil.Process]) -> None:
        """SIGKILL for all of them."""
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.struck()

    def stopped_holder(self) -> tuple[psutil.Process, list[tuple[int, int, int]]]:
        """A worker process that was stopped with claims, and these: (worker, job, fence).

        Raises TimeoutError when none is ever caught.
        """
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for (pid,) in self.ground.rows(HOLDER):
                process = psutil.Process(pid)
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.1)  # a statement under way may still end
                if held := self.ground.rows(HELD, pid):
                    return process, [(worker, job, fence) for worker, job, fence in held]
                process.send_signal(signal.SIGCONT)
        raise TimeoutError("No worker was caught with a claim.")
