"""How the processor is configured now: what was stored, and beneath it the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

LARGEST_BATCH = 1000  # items of a submission, and of a run
MAX_TIMEOUT_MS = 300_000
MIN_TIMEOUT_MS = 100
DEFAULT_TIMEOUT_MS = 5000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`max_batch_size` in items of one run of a model, `max_wait_time_ms` of a batch that isn't full."""

    max_batch_size: int
    max_wait_time_ms: float
    enable_dynamic_batching: bool
    priority_weights: Mapping[str, float]


def effective(stored: Mapping[str, Any], weights: Mapping[str, float] | None = None) -> Settings:
    """Of the row of `processor_setting`; `weights` by the processor's names of priorities."""
    return Settings(
        max_batch_size=_first(stored["max_batch_size"], settings.MAX_BATCH_SIZE),
        max_wait_time_ms=_first(stored["max_wait_time_ms"], settings.MAX_WAIT_TIME_MS),
        enable_dynamic_batching=_first(stored["enable_dynamic_batching"], settings.ENABLE_DYNAMIC_BATCHING),
        priority_weights=dict(weights or {}),
    )


def _first(stored: Any, default: Any) -> Any:
    return default if stored is None else stored
