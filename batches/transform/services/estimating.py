"""How long a batch will take."""

from typing import Any

from batches.transform.models import PipelineVersion
from batches.transform.pipeline import Compiled
from batches.transform.pipeline.deadline import deadline
from batches.transform.pipeline.limits import TRY_SECONDS
from batches.transform.queries import rates
from batches.transform.services import running
from batches.transform.services.running import Broken
from batches.transform.states import OnError

TRIED = 100


def seconds(version: PipelineVersion, compiled: Compiled, items: list[Any]) -> float:
    """By the rate that was measured of the version. One that nobody has measured is tried on the first items; a few
    items need no estimate then."""
    rate = rates.items_per_second(version.pk)
    if rate is not None:
        return len(items) / rate
    return _tried(compiled, items) if len(items) > TRIED else 0.0


def _tried(compiled: Compiled, items: list[Any]) -> float:
    first = items[:TRIED]
    try:
        with deadline(TRY_SECONDS):
            done = running.run(compiled, first, on_error=OnError.SKIP)
    except Broken:
        return 0.0  # the batch itself will tell
    return done.work_seconds * len(items) / len(first)
