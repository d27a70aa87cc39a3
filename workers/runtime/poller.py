"""The poller: one round trip reports what the slots did and claims what they do next."""

import threading
import time
from typing import Any

import psycopg
import structlog
from psycopg.types.json import Jsonb

from workers.handlers import Claim
from workers.runtime.board import Board, Result
from workers.runtime.sessions import PASSING, Backoff, Session, session

log = structlog.get_logger("workers")

SWEEP_SECONDS = 1.0
POLL = "SELECT * FROM workers.poll(%s::int, %s::int, %s::bigint[], %s::bigint[], %s::text::jsonb, %s::jsonb, %s)"
# Claims touch few rows by index; a plan made while the tables were empty must not be a scan once they are full.
SETTINGS = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false), "
    "set_config('enable_bitmapscan', 'off', false)"
)


class Poller(threading.Thread):
    """Polls until the board stops and nothing is left to report, or the board is closed."""

    def __init__(self, board: Board, poll_seconds: float) -> None:
        super().__init__(name="poller", daemon=True)
        self._board = board
        self._poll_seconds = poll_seconds
        self._next_sweep = 0.0

    def run(self) -> None:
        backoff = Backoff()
        while not self._finished():
            if self._board.worker_id is None:
                self._board.wait(self._poll_seconds)
                continue
            try:
                with session(f"tutup-worker-{self._board.worker_id}") as connection:
                    connection.execute(SETTINGS)
                    backoff.reset()
                    self._serve(connection)
            except PASSING as error:
                log.warning("the poller's session ended; trying again", error=str(error).strip())
                backoff.wait(self._board.closed)

    def _finished(self) -> bool:
        return self._board.closed.is_set() or (self._board.stopping.is_set() and self._board.idle())

    def _serve(self, connection: Session) -> None:
        backoff = Backoff()
        while not self._finished():
            try:
                more = self._round(connection)
                backoff.reset()
            except psycopg.Error as error:
                if connection.broken:
                    raise
                self._explain(error)
                backoff.wait(self._board.closed)
                continue
            if not more:
                self._board.wait(self._poll_seconds)

    def _round(self, connection: Session) -> bool:
        """One poll. True when another one at once may find more: a completion lets jobs in after it claimed."""
        results = self._board.take_results()
        slots = 0 if self._board.stopping.is_set() else self._board.free_slots()
        sweep = time.monotonic() >= self._next_sweep
        if not (results or slots or sweep):
            return False
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
        claims = [_claim(record, self._board.worker_id) for record in records if not record["refused"]]
        for record in records:
            if record["refused"]:
                log.info("result refused: the job was taken away", job=record["job_id"], claim=record["fence"])
        self._board.dispatch(claims)
        return bool(results) and len(claims) < slots

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
    fields = {name: value for name, value in record.items() if name != "refused"}
    return Claim(worker_id=worker_id, **fields)
