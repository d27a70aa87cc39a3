"""Batches that are not full and wait a moment for more claims, one of each job type."""

import threading
import time

from workers.handlers import Claim
from workers.runtime.tasks import Task


class Gathering:
    """The board's, and used under its lock. A batch takes a slot from its first claim on."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._waiting: dict[str, Task] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, claims: list[Claim], size: int, wait_ms: float, *, eager: bool) -> tuple[list[Task], list[Task]]:
        """Puts claims of one type into batches of `size`; those that begin with them, and those that are full now."""
        begun, full = [], []
        while claims:
            task = self._waiting.get(claims[0].type)
            if task is None:
                task = Task(claims[:size], self._stopping)
                task.starts_by = time.monotonic() + wait_ms / 1000
                task.eager = eager
                begun.append(task)
                self._waiting[task.type] = task
                claims = claims[size:]
            else:
                missing = max(size - len(task.claims), 0)  # the size may have become smaller
                task.add(claims[:missing])
                claims = claims[missing:]
            if len(task.claims) >= size:
                full.append(self._waiting.pop(task.type))
        return begun, full

    def takes_more(self) -> bool:
        """Whether one waits that would start if a slot were idle, so that only claims can end its wait."""
        return any(task.eager for task in self._waiting.values())

    def ripe(self, now: float, *, all_of_them: bool, idle: bool) -> list[Task]:
        """Those that waited long enough, and the eager ones while a slot is idle; they wait no more."""
        ripe = [
            task for task in self._waiting.values() if all_of_them or now >= task.starts_by or (idle and task.eager)
        ]
        for task in ripe:
            del self._waiting[task.type]
        return ripe

    def left(self, now: float) -> float | None:
        """Seconds until the next one has waited long enough; None without any."""
        return min((max(task.starts_by - now, 0.0) for task in self._waiting.values()), default=None)
