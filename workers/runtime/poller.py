"""The poller: one round trip reports what the slots did and claims what they do next."""

import threading
import time
from collections.abc import Callable

import psycopg
import structlog

from project.postgres.errors import passes
from workers.claims import Answer, Result, Run, poll
from workers.runtime.attempts import bounded
from workers.runtime.board import Board
from workers.runtime.sessions import DATABASE_ERRORS, Backoff, Session, discard_dead_connections, log_ended, session

log = structlog.get_logger("workers")

SWEEP_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.003  # when others hold the rows with due jobs; a claim takes about a millisecond
LOOKS = 5  # after a wake-up that found nothing, twice as long apart each time


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
        self._looks = LOOKS

    def run(self) -> None:
        backoff = Backoff()
        broken = False
        while not self._finished():
            if self._board.worker_id is None:
                self._board.wait(self._poll_seconds)
                continue
            try:
                with session(f"tutup-worker-{self._board.worker_id}") as connection:
                    if broken:
                        self._recover(connection)
                    broken = False
                    backoff.reset()
                    self._serve(connection)
            except DATABASE_ERRORS as error:
                broken = True
                log_ended("the poller's session ended; trying again", error)
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
            gathered = self._board.start_gathered()
            if self._pause and not self._finished():
                self._board.wait(self._pause if gathered is None else min(self._pause, gathered))
        if self._board.closed.is_set():  # what ended up to now still counts, the rest is given back
            self._board.give_up()
            self._round(connection)

    def _round(self, connection: Session) -> float:
        """One poll; returns how long to wait for the next one unless something happens."""
        results = self._board.take_results()
        claims_more = self._board.present.is_set() and not self._board.stopping.is_set()
        slots = self._board.free_slots() if claims_more else 0
        sweep = time.monotonic() >= self._next_sweep
        if not (results or slots or sweep):
            return self._poll_seconds
        try:
            answer = poll(_runner(connection), self._board.worker_id, slots, results, sweep=sweep)
        except psycopg.Error as error:
            if passes(error):
                self._board.put_back(results)
            else:
                self._report_singly(connection, results)
            raise
        if sweep:
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
        self._board.dispatch(answer.claims)
        if any(claim.timeout_seconds for claim in answer.claims):
            self._deadlines()
        for job, fence in answer.refused:
            log.info("result refused: the job was taken away", job=job, claim=fence)
        return self._next_pause(answer)

    def _next_pause(self, answer: Answer) -> float:
        """How long to wait for the next poll, unless something happens before."""
        if answer.more:
            return 0.0
        if answer.busy:  # doubles while others keep the rows
            first = self._pause >= self._poll_seconds or not self._pause
            return FIRST_RETRY_SECONDS if first else min(self._pause * 2, self._poll_seconds)
        if self._board.take_notice():
            self._looks = 0
        if answer.claims or self._looks >= LOOKS:
            self._looks = LOOKS
            return self._poll_seconds
        # who woke us may have done so for another that commits a moment later (workers.notify)
        self._looks += 1
        return float(FIRST_RETRY_SECONDS * 2 ** (self._looks - 1))

    def _report_singly(self, connection: Session, results: list[Result]) -> None:
        """A result that the database can't take must not keep the others from it."""
        for place, result in enumerate(results):
            try:
                self._report_one(connection, result)
            except psycopg.Error:
                self._board.put_back(results[place:])
                raise

    def _report_one(self, connection: Session, result: Result) -> None:
        """Raises only what passes: what the database refuses ends the attempt with its reason, or is dropped."""
        try:
            poll(_runner(connection), self._board.worker_id, 0, [result])
        except psycopg.Error as error:
            if passes(error):
                raise
            log.exception("result refused by the database", job=result.job_id, outcome=result.outcome)
            self._report_refused(connection, result, error)

    def _report_refused(self, connection: Session, result: Result, refused: psycopg.Error) -> None:
        outcome = "retry" if result.outcome == "completed" else result.outcome
        why = bounded(f"the result was not stored: {refused}")
        try:
            poll(
                _runner(connection), self._board.worker_id, 0, [Result(result.job_id, result.fence, outcome, error=why)]
            )
        except psycopg.Error as error:
            if passes(error):
                raise
            log.exception("result dropped; the job runs again once its lease is over", job=result.job_id)

    def _explain(self, error: psycopg.Error) -> None:
        if error.sqlstate == "TU002":
            log.warning("not registered any more; registering again", worker=self._board.worker_id)
            self._board.worker_id = None
        elif passes(error):
            log.info("poll repeated", error=str(error).strip())
        else:
            log.error("poll failed", exc_info=error)


def _runner(connection: Session) -> Run:
    return lambda query, params: connection.execute(query, params).fetchall()
