"""What one slot does with the parts that it claimed at once."""

import time
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import structlog

from batches.processor.batching import recording
from batches.processor.batching.items import Part
from batches.processor.batching.running import Bounds, Run, run_all
from batches.processor.batching.tuning import tuning
from batches.processor.configuration import Settings, effective
from batches.processor.runtimes.loaded import LoadedModel, models
from project.postgres.errors import database_error
from workers.handlers import Claim, Stopped

log = structlog.get_logger("processor")

RECORD_SECONDS = 0.1  # while runs go on, what is done is recorded this often


def infer_claims(claims: Sequence[Claim]) -> None:
    """Runs the items of the claims and records their results.

    Raises `Stopped` when it was told to stop before all were run: what is recorded already is not run again.
    """
    parts, stored, batching = recording.begin([Part.of(claim) for claim in claims])
    now = effective(stored)
    size = 1
    for version_id, same in groupby(sorted(parts, key=lambda part: part.version_id), key=lambda part: part.version_id):
        size = _infer(list(same), version_id, _bounds(now, batching[version_id]))
    tuning.follow(claims, now, size=size)
    if any(part.open for part in parts):
        raise Stopped


def _bounds(now: Settings, model: Mapping[str, Any]) -> Bounds:
    limit = min(model["max_batch_size"] or now.max_batch_size, now.max_batch_size)
    return Bounds(limit=limit, target=model["target_latency_ms"] / 1000, dynamic=now.enable_dynamic_batching)


def _infer(parts: list[Part], version_id: int, bounds: Bounds) -> int:
    """Returns how many items a run of the model takes by now."""
    try:
        model = models.get(version_id)
    except Exception as error:
        if database_error(error) is not None:
            raise
        log.exception("a model can't be loaded", version=version_id)
        for part in parts:
            part.fail_rest(f"the model can't be loaded: {str(error)[:500]}")
        recording.record(parts, [])
        return 1
    _run_and_record(model, parts, bounds)
    return model.sizes.size(limit=bounds.limit, target=bounds.target) if bounds.dynamic else 1


def _run_and_record(model: LoadedModel, parts: list[Part], bounds: Bounds) -> None:
    runs: list[Run] = []
    left = parts
    record_at = time.monotonic() + RECORD_SECONDS
    for run in run_all(model, parts, bounds):
        runs.append(run)
        if time.monotonic() >= record_at:
            done = [part for part in left if not part.open]
            recording.record(done, runs)
            left, runs = [part for part in left if part.open], []
            record_at = time.monotonic() + RECORD_SECONDS
    recording.record([part for part in left if not part.open], runs)
