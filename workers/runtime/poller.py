"""The poller: one round trip reports what the slots did and claims what they do next."""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from psycopg.types.json import Jsonb

from workers.handlers import Claim
from workers.runtime.board import Board, Result
from workers.runtime.sessions import PASSING, Backoff, Session, discard_dead_connections, session

log = structlog.get_logger("workers")

SWEEP_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.003  # when others hold the rows with due jobs; a claim takes about a millisecond
POLL = "SELECT * FROM workers.poll(%s::int, %s::int, %s::bigint[], %s::bigint[], %s::text::jsonb, %s::jsonb, %s)"
# Claims touch few rows by index; a plan made while the tables were empty must not be a scan once they are full.
SETTINGS = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false), "
    "set_config('enable_bitmapscan', 'off', false)"
)


class Poller(threading.Thread):
    """Polls until the board stops and nothing is left to report, or the board is closed."""

    def __init__(self, board: Board, poll_seconds: float, deadlines: Callable[[], None]) -> None:
        """`deadlines` is called after jobs with a timeout were dispatched."""
        super().__init__(name="poller", daemon=True)
        self._board = board
        self._poll_seconds = poll_seconds
        self._deadlines = deadlines
        self._pause = poll_seconds
        self._next_sweep = 0.0

    def run(self) -> None:
        backoff = Backoff()
        broken = False
        while not self._finished():
            if self._board.worker_id is None:
                self._board.wait(self._poll_seconds)
                continue
            try:
                with session(f"tutup-worker-{self._board.worker_id}") as connection:
                    connection.execute(SETTINGS)
                    if broken:
                        self._recover(connection)
                    broken = False
                    backoff.reset()
                    self._serve(connection)
            except PASSING as error:
                broken = True
                log.warning("the poller's session ended; trying again", error=str(error).strip())
                backoff.wait(self._board.closed)

    def _recover(self, connection: Session) -> None:
        """After a session broke, before the next claim."""
        discard_dead_connections()  # each would cost a job one of its attempts
        # the answer of the last poll may be lost with what it claimed; nobody else would give that back for long
        query = "SELECT workers.release_claims(%s, %s::bigint[])"
        connection.execute(query, (self._board.worker_id, self._board.known_fences()))

    def _finished(self) -> bool:
        return self._board.closed.is_set() or (self._board.stopping.is_set() and self._board.idle())

    def _serve(self, connection: Session) -> None:
        backoff = Backoff()
        while not self._finished():
            try:
                self._pause = self._round(connection)
                backoff.reset()
            except psycopg.Error as error:
                if connection.broken:
                    raise
                self._explain(error)
                backoff.wait(self._board.closed)
                continue
            if self._pause and not self._finished():
                self._board.wait(self._pause)

    def _round(self, connection: Session) -> float:
        """One poll; returns how long to wait for the next one unless something happens."""
        results = self._board.take_results()
        claims_more = self._board.present.is_set() and not self._board.stopping.is_set()
        slots = self._board.free_slots() if claims_more else 0
        sweep = time.monotonic() >= self._next_sweep
        if not (results or slots or sweep):
            return self._poll_seconds
        try:
            records = poll(connection, self._board.worker_id, slots, results, sweep=sweep)
        except PASSING:
            self._board.put_back(results)
            raise
        except psycopg.Error:
            self._report_singly(connection, results)
            raise
        if sweep:
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
        answers = {record["answer"] for record in records}
        claims = [_claim(record, self._board.worker_id) for record in records if record["answer"] == "claimed"]
        self._board.dispatch(claims)
        if any(claim.timeout_seconds for claim in claims):
            self._deadlines()
        for record in records:
            if record["answer"] == "refused":
                log.info("result refused: the job was taken away", job=record["job_id"], claim=record["fence"])
        if results and len(claims) < slots:
            return 0.0  # what a parallelism held back is let in by a report, after its poll has claimed
        return self._retry_seconds() if "busy" in answers else self._poll_seconds

    def _retry_seconds(self) -> float:
        """Doubles while others keep the rows."""
        first = self._pause >= self._poll_seconds or not self._pause
        return FIRST_RETRY_SECONDS if first else min(self._pause * 2, self._poll_seconds)

    def _report_singly(self, connection: Session, results: list[Result]) -> None:
        """A result that the database can't take must not keep the others from it."""
        for result in results:
            try:
                poll(connection, self._board.worker_id, 0, [result], sweep=False)
            except PASSING:
                self._board.put_back([result])
            except psycopg.Error as error:
                log.exception("result dropped: the database refused it", job=result.job_id)
                why = f"the result was not stored: {error}"
                failure = Result(job_id=result.job_id, fence=result.fence, outcome="retry", error=why)
                poll(connection, self._board.worker_id, 0, [failure], sweep=False)

    def _explain(self, error: psycopg.Error) -> None:
        if error.sqlstate == "TU002":
            log.warning("not registered any more; registering again", worker=self._board.worker_id)
            self._board.worker_id = None
        elif isinstance(error, PASSING):
            log.info("poll repeated", error=str(error).strip())
        else:
            log.error("poll failed", exc_info=error)


def poll(
    connection: Session, worker_id: int | None, slots: int, results: list[Result], *, sweep: bool
) -> list[dict[str, Any]]:
    """Calls workers.poll; completed results go in order of claim and job, as a claim keeps them."""
    done = sorted((one for one in results if one.outcome == "completed"), key=lambda one: (one.fence, one.job_id))
    failures = [
        {"job": one.job_id, "fence": one.fence, "outcome": one.outcome, "error": one.error or "failed without a reason"}
        for one in results
        if one.outcome != "completed"
    ]
    outputs = None if all(one.output == "null" for one in done) else f"[{','.join(one.output for one in done)}]"
    jobs = [one.job_id for one in done] or None
    fences = [one.fence for one in done] or None
    found = connection.execute(
        POLL, (worker_id, slots, jobs, fences, outputs, Jsonb(failures) if failures else None, sweep)
    )
    return found.fetchall()


def _claim(record: dict[str, Any], worker_id: int | None) -> Claim:
    assert worker_id is not None
    fields = {name: value for name, value in record.items() if name != "answer"}
    return Claim(worker_id=worker_id, **fields)
