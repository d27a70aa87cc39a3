"""What a worker process does beside its jobs: prepare what takes long, enqueue what schedules have due, keep the
engine's tables small."""

import threading
from collections.abc import Sequence

from workers import starts
from workers.runtime.housekeeping import Housekeeper
from workers.runtime.registration import ALL_QUEUES
from workers.runtime.scheduler import Scheduler


class Upkeep:
    """The scheduler and the housekeeper of this process; of all processes one at a time does each's work. What was
    registered for `queues` is prepared in each."""

    def __init__(self, queues: Sequence[str] = (ALL_QUEUES,)) -> None:
        self._threads = (Scheduler(), Housekeeper())
        self._queues = queues
        self._prepared = False

    def start(self, _worker_id: int) -> None:
        """For `Runtime`'s `registered`, which is called again when the worker gets another id: that changes nothing."""
        for thread in self._threads:
            if thread.ident is None:
                thread.start()
        if not self._prepared:
            self._prepared = True
            threading.Thread(target=starts.run, args=(self._serves,), name="starts", daemon=True).start()

    def stop(self) -> None:
        """Returns once what is under way has ended, or soon."""
        for thread in self._threads:
            if thread.is_alive():
                thread.stop()

    def _serves(self, queue: str) -> bool:
        return queue in self._queues or ALL_QUEUES in self._queues
