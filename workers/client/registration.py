"""How a worker is known to the server, and what to do when it isn't any more."""

import logging
import threading
import time
from collections.abc import Collection
from typing import Any

import httpx

from workers.client.calls import Calls, Refusal
from workers.client.running import Running

log = logging.getLogger("tutup.worker")

JUST_REGISTERED_SECONDS = 2.0
LONG_PAUSE = 5.0  # after a refusal that doesn't pass


class Registration:
    """`about` has the members of the request, `types` the job types that the worker has handlers of."""

    def __init__(self, calls: Calls, about: dict[str, Any], types: Collection[str], running: Running) -> None:
        self._calls = calls
        self._about = about
        self._types = types
        self._running = running
        self._one_at_a_time = threading.Lock()
        self._made = 0.0

    def make(self) -> None:
        self._calls.register(**self._about, types=sorted(self._types), currentLoad=0)
        self._made = time.monotonic()

    def recover(self, error: Exception) -> float:
        """Registers again if need be; returns how many seconds to wait at least."""
        expected = isinstance(error, httpx.HTTPError | Refusal)
        log.warning("trying again: %s", error, exc_info=None if expected else error)
        if not isinstance(error, Refusal):
            return 0.0
        if error.code == "WORKER_NOT_REGISTERED":
            self._make_again()
        return error.retry_after if error.passing else LONG_PAUSE

    def _make_again(self) -> None:
        """What still runs has lost its claims. One of two threads that notice it does it."""
        with self._one_at_a_time:
            if time.monotonic() - self._made > JUST_REGISTERED_SECONDS:
                self._running.lose_all()
                try:
                    self.make()
                except Exception as error:  # noqa: BLE001 - the next call that is refused tries again
                    log.warning("not registered: %s", error)
