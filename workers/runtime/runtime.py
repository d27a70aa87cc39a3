"""A runtime worker: one poller, one liveness session, `slots` threads."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from workers.runtime.board import Board
from workers.runtime.liveness import Liveness
from workers.runtime.poller import Poller
from workers.runtime.registration import ALL_QUEUES, Registration
from workers.runtime.slots import Slot

STOP_SECONDS = 20.0
POLL_SECONDS = 1.0
LEASE_SECONDS = 30.0


class Runtime:
    """Runs jobs of these queues in threads of this process, between `start` and `stop`.

    `capabilities` and `metadata` are what jobs may require of a worker. `poll_seconds` is the backstop for a
    notification that didn't come. `lease_seconds` is how long a claim outlives a worker whose session can't tell that
    it died. `registered` is called with each worker id that it gets.
    """

    def __init__(
        self,
        slots: int = 2,
        queues: Sequence[str] = (ALL_QUEUES,),
        *,
        poll_seconds: float = POLL_SECONDS,
        lease_seconds: float = LEASE_SECONDS,
        name: str | None = None,
        capabilities: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        registered: Callable[[int], None] = lambda _: None,
    ) -> None:
        if slots < 1:
            raise ValueError("slots must be at least 1.")
        own = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        about = Registration(
            name=name or own,
            slots=slots,
            queues=tuple(queues),
            lease_seconds=lease_seconds,
            capabilities=tuple(capabilities),
            metadata=metadata or {},
        )
        self._board = Board(slots)
        self._liveness = Liveness(self._board, about, registered)
        self._poller = Poller(self._board, poll_seconds, self._liveness.look)
        self._slots = [Slot(self._board, number + 1) for number in range(slots)]

    @property
    def worker_id(self) -> int | None:
        """The id in `worker`; None until registered."""
        return self._board.worker_id

    @property
    def is_present(self) -> bool:
        """Whether the session that proves it alive is up; without it nothing is claimed."""
        return self._board.present.is_set()

    def start(self) -> Self:
        """Returns at once; jobs start as soon as the database can be reached."""
        for thread in (self._liveness, self._poller, *self._slots):
            thread.start()
        return self

    def stop(self, *, graceful: bool = True, seconds: float = STOP_SECONDS) -> bool:
        """Claims nothing more, lets handlers see should_stop(), reports what they did, gives back what is unfinished.

        Waits at most `seconds`, without `graceful` not at all; then the rest is given back as it is, and fenced off.
        Returns whether every handler had ended.
        """
        end = time.monotonic() + (seconds if graceful else 0.0)
        self._board.stopping.set()
        self._board.wake()
        self._poller.join(max(end - time.monotonic(), 0.0))
        clean = self._board.idle()
        self._board.closed.set()
        self._board.wake()
        self._poller.join(2.0)
        self._board.give_up()
        self._liveness.end()
        self._liveness.join(5.0)
        for _ in self._slots:
            self._board.tasks.put(None)
        for slot in self._slots:
            slot.join(5.0 if clean else 0.5)
        return clean
