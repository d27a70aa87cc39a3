"""Runs items through a model, as many at once as its sizes say; one that can't be run fails alone."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings

from batches.processor.batching.items import Part, Waiting, waiting
from batches.processor.runtimes.base import ModelRuntime, Prediction
from batches.processor.runtimes.loaded import LoadedModel

log = structlog.get_logger("processor")

_places = threading.BoundedSemaphore(settings.MAX_CONCURRENT_BATCHES)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Of one model's runs. `limit` in items, `target` in seconds; `dynamic`: more than one item at once."""

    limit: int
    target: float
    dynamic: bool


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was run at once, for the figures."""

    model: str
    waited_ms: list[float]
    compute_ms: float


def run_all(model: LoadedModel, parts: Sequence[Part], bounds: Bounds) -> Iterator[Run]:
    """Runs every item of the parts, yielding after each run; parts whose claims are gone are left as they are."""
    began = time.monotonic()
    items = waiting(parts, model.runtime.prepare_all([item for part in parts for item in part.items]))
    start = 0
    while start < len(items):
        size = model.sizes.size(limit=bounds.limit, target=bounds.target) if bounds.dynamic else 1
        taken = [one for one in items[start : start + size] if not one.part.claim.should_stop()]
        start += size
        if taken:
            yield _run(model, taken, bounds, waited_ms=(time.monotonic() - began) * 1000)


def _run(model: LoadedModel, items: Sequence[Waiting], bounds: Bounds, *, waited_ms: float) -> Run:
    with _places:
        began = time.perf_counter()
        found = _predictions(model.runtime, [one.input for one in items])
        seconds = time.perf_counter() - began
    model.sizes.observe(len(items), seconds, limit=bounds.limit, target=bounds.target)
    share_ms = seconds * 1000 / len(items)
    for one, prediction in zip(items, found, strict=True):
        if isinstance(prediction, Prediction):
            one.part.succeed(one.place, output=prediction.output, confidence=prediction.confidence, share_ms=share_ms)
        else:
            one.part.fail(one.place, prediction)
    return Run(
        model=model.name,
        waited_ms=[one.part.waited_ms + waited_ms for one in items],
        compute_ms=seconds * 1000,
    )


def _predictions(runtime: ModelRuntime, inputs: list[object]) -> list[Prediction | str]:
    """A prediction or an error for each; after a run that fails its halves are tried apart, down to the bad items."""
    try:
        found = list(runtime.run(inputs))
        if len(found) != len(inputs):
            return [f"the model gave {len(found)} outputs for {len(inputs)} items"] * len(inputs)
    except Exception as error:  # noqa: BLE001  whatever a runtime raises is the item's error
        if len(inputs) == 1:
            log.warning("item failed", error=str(error)[:500])
            return [f"the model failed: {str(error)[:500] or type(error).__name__}"]
        half = len(inputs) // 2
        return [*_predictions(runtime, inputs[:half]), *_predictions(runtime, inputs[half:])]
    return [*found]
