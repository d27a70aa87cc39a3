"""The worker's own session: proof of life, wake-ups, heartbeats, deadlines."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable

import psutil
import structlog

from workers.runtime.board import Board
from workers.runtime.registration import ALL_QUEUES, Registration
from workers.runtime.sessions import DATABASE_ERRORS, Backoff, Session, log_ended, session, value

log = structlog.get_logger("workers")

SWEEP_SECONDS = 60.0


class Liveness(threading.Thread):
    """Holds advisory lock (1, worker id) and listens, until told to end; then gives back what the worker still has.

    A session that breaks is made again, with the same worker id if nobody took the worker for dead meanwhile.
    """

    def __init__(self, board: Board, registration: Registration, registered: Callable[[int], None]) -> None:
        super().__init__(name="liveness", daemon=True)
        self._board = board
        self._about = registration
        self._registered = registered
        self._ending = threading.Event()
        self._waker, self._woken = socket.socketpair()
        self._waker.setblocking(False)
        self._backoff = Backoff()
        self._beat_seconds = registration.lease_seconds / 6
        self._process = psutil.Process()
        self._worker_id: int | None = None
        self._next_beat = 0.0
        self._next_sweep = time.monotonic() + SWEEP_SECONDS

    def end(self) -> None:
        """Deregister and finish."""
        self._ending.set()
        self.look()

    def look(self) -> None:
        """Look at the deadlines anew: there may be an earlier one."""
        with contextlib.suppress(OSError):  # full: it looks in any case; closed: it has ended
            self._waker.send(b"\0")

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                with session("tutup-worker") as connection:
                    self._take_up(connection)
                    while not self._ending.is_set() and self._board.worker_id is not None:
                        self._look_after(connection)
                    if self._ending.is_set():
                        self._deregister(connection)
            except DATABASE_ERRORS as error:
                self._board.present.clear()
                log_ended("the worker's session ended; trying again", error)
                self._backoff.wait(self._ending)
        self._waker.close()
        self._woken.close()

    def _take_up(self, connection: Session) -> None:
        if self._worker_id is None or not value(connection, "SELECT workers.resume_worker(%s)", self._worker_id):
            self._worker_id = self._about.register(connection)
        name = f"tutup-worker-{self._worker_id}"
        connection.execute("SELECT set_config('application_name', %s, false)", [name])
        connection.execute("LISTEN workers")
        connection.execute("LISTEN workers_cancelled")
        self._next_beat = 0.0
        if self._board.worker_id != self._worker_id:
            self._board.give_up()  # what was claimed under another id can't be reported under this one
            self._registered(self._worker_id)
            self._board.worker_id = self._worker_id
        self._board.present.set()
        self._board.wake()

    def _look_after(self, connection: Session) -> None:
        now = time.monotonic()
        self._board.time_out(now)
        if now >= self._next_beat:
            self._beat(connection)
            self._backoff.reset()
            self._next_beat = time.monotonic() + self._beat_seconds
        if now >= self._next_sweep:
            connection.execute("SELECT workers.sweep()")
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
        due = min(self._next_beat, self._board.next_look() or self._next_beat)
        ready, _, _ = select.select(
            [connection.fileno(), self._woken.fileno()], [], [], max(due - time.monotonic(), 0.0)
        )
        if connection.fileno() in ready:
            self._hear(connection)
        if self._woken.fileno() in ready:
            self._woken.recv(4096)

    def _hear(self, connection: Session) -> None:
        for heard in connection.notifies(timeout=0):
            if heard.channel == "workers_cancelled":
                self._next_beat = 0.0  # which of our claims are left?
            elif heard.payload in self._about.queues or ALL_QUEUES in self._about.queues:
                self._board.wake(notified=True)

    def _beat(self, connection: Session) -> None:
        memory_mb = self._process.memory_info().rss / 2**20
        known = value(
            connection,
            "SELECT workers.heartbeat(%s, %s, %s, %s)",
            self._worker_id,
            self._board.running_count,
            self._process.cpu_percent(),
            memory_mb,
        )
        if not known:
            log.warning("this worker was stopped or given up; registering again", worker=self._worker_id)
            self._board.present.clear()
            self._worker_id = self._board.worker_id = None
        else:
            self._extend(connection)

    def _extend(self, connection: Session) -> None:
        fences = {claim.fence for claim in self._board.open_claims()}
        if not fences:
            return
        query = "SELECT * FROM workers.extend_leases(%s, %s::bigint[])"
        found = connection.execute(query, (self._worker_id, sorted(fences)))
        self._board.lose({record["fence"]: set(record["jobs"]) for record in found}, fences)

    def _deregister(self, connection: Session) -> None:
        connection.execute("SELECT workers.deregister_worker(%s, 'stopped')", [self._worker_id])
        log.info("worker stopped", worker=self._worker_id)
