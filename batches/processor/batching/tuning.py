"""How many parts a slot of this process claims at once."""

import math
import threading
from collections.abc import Sequence

from batches.processor.configuration import Settings
from batches.processor.submission import JOB_TYPE
from workers import handlers
from workers.handlers import Claim
from workers.services import set_prefetch

WEIGHT = 0.2  # of the newest claim in the mean


class Tuning:
    """Follows the sizes of runs and of parts, so that one claim fills one run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items_a_part = 1.0

    def follow(self, claims: Sequence[Claim], now: Settings, *, size: int) -> None:
        """After these claims, where a run takes `size` items by now. Without dynamic batching each part comes alone."""
        items = sum(len(claim.payload["items"]) for claim in claims)
        with self._lock:
            self._items_a_part += WEIGHT * (items / len(claims) - self._items_a_part)
            parts = math.ceil(size / self._items_a_part) if now.enable_dynamic_batching else 1
        wait_ms = now.max_wait_time_ms if now.enable_dynamic_batching else 0.0
        if handlers.tune(JOB_TYPE, max_batch_size=_stepped(parts), max_wait_ms=wait_ms):
            set_prefetch(worker_id=claims[0].worker_id, type=JOB_TYPE, jobs=_stepped(parts))


def _stepped(parts: int) -> int:
    """Up to the next power of two and a half: small changes are not worth a write."""
    step = 1 << max(parts.bit_length() - 2, 0)
    return -(-parts // step) * step


tuning = Tuning()
