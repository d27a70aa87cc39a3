"""The adaptive size of a model's runs in this process."""

import threading
from collections import deque

from batches.processor.batching.fit import fitted

REMEMBERED = 50  # runs
REACH = 4  # times the largest run so far: no line is trusted beyond
FIRST = 8
SLACK = 1e-6  # items: what rounding takes


class Sizes:
    """Follows what runs took: by a line through them, and where that fits poorly by additive increase and halving."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: deque[tuple[int, float]] = deque(maxlen=REMEMBERED)
        self._steps = FIRST

    def observe(self, items: int, seconds: float, *, limit: int, target: float) -> None:
        """A run of so many items took so long, where `target` seconds were wanted at most."""
        with self._lock:
            self._runs.append((items, seconds))
            if seconds > target:
                self._steps = max(min(self._steps, items) // 2, 1)
            elif items >= self._steps:  # by one; twice as many while even that would end in time
                self._steps = min(self._steps * 2 if seconds * 2 <= target else self._steps + 1, limit)

    def size(self, *, limit: int, target: float) -> int:
        """How many items the next run takes, from 1 to `limit`."""
        with self._lock:
            runs = list(self._runs)
            steps = self._steps
        line = fitted(runs)
        if line is None:
            return min(max(steps, 1), limit)
        reach = REACH * max(items for items, _ in runs)
        return int(min(max(line.items(target) + SLACK, 1), reach, limit))
