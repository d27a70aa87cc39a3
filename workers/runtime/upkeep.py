"""What a worker process does beside its jobs: enqueue what schedules have due, keep the engine's tables small."""

from workers.runtime.housekeeping import Housekeeper
from workers.runtime.scheduler import Scheduler


class Upkeep:
    """The scheduler and the housekeeper of this process; of all processes one at a time does each's work."""

    def __init__(self) -> None:
        self._threads = (Scheduler(), Housekeeper())

    def start(self, _worker_id: int) -> None:
        """For `Runtime`'s `registered`, which is called again when the worker gets another id: that changes nothing."""
        for thread in self._threads:
            if thread.ident is None:
                thread.start()

    def stop(self) -> None:
        """Returns once what is under way has ended, or soon."""
        for thread in self._threads:
            if thread.is_alive():
                thread.stop()
