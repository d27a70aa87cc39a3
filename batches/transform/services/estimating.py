"""How long a batch will take."""

import time
from typing import Any

from batches.transform.models import PipelineVersion
from batches.transform.pipeline import Compiled
from batches.transform.queries import rates

TRIED = 100


def seconds(version: PipelineVersion, compiled: Compiled, items: list[Any]) -> float:
    """By the rate that was measured of the version. One that nobody has measured is tried on the first items; a few
    items need no estimate then."""
    rate = rates.items_per_second(version.pk)
    if rate is not None:
        return len(items) / rate
    return _tried(compiled, items) if len(items) > TRIED else 0.0


def _tried(compiled: Compiled, items: list[Any]) -> float:
    began = time.perf_counter()
    compiled.run(items[:TRIED], on_error="skip")
    return (time.perf_counter() - began) * len(items) / TRIED
