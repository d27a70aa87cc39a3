"""What a worker tells the database of the parts that it has."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from batches.processor.batching.items import Part
from batches.processor.batching.running import Run
from batches.processor.services import figures
from batches.processor.services.timeouts import RECORD
from project.postgres import sql


def begin(parts: Sequence[Part]) -> tuple[list[Part], Mapping[str, Any], Mapping[int, Mapping[str, Any]]]:
    """Those that still count, the stored settings, and how each model is batched, by version."""
    batches = [part.batch for part in parts]
    numbers = [part.number for part in parts]
    versions = sorted({part.version_id for part in parts})
    found = sql.row(
        "SELECT * FROM processor.begin_parts(%s::bigint[], %s::int[], %s::int[])", [batches, numbers, versions]
    )
    assert found is not None
    for part, waited_ms in zip(parts, found["o_waited_ms"], strict=True):
        part.waited_ms = waited_ms or 0.0
    open_parts = [part for part, waited in zip(parts, found["o_waited_ms"], strict=True) if waited is not None]
    return open_parts, found["o_settings"], {int(key): model for key, model in (found["o_models"] or {}).items()}


def record(parts: Sequence[Part], runs: Sequence[Run]) -> None:
    """Writes the results of parts whose items have all ended; then, where that is wanted, what the runs took."""
    if parts:
        results = [part.json() for part in parts]
        sql.execute(
            RECORD,
            [
                parts[0].claim.worker_id,
                [part.batch for part in parts],
                [part.number for part in parts],
                [len(part.items) for part in parts],
                [part.failed for part in parts],
                [part.compute_ms for part in parts],
                results,
                [part.error for part in parts],
            ],
        )
    if settings.ENABLE_MONITORING:
        for run in runs:
            figures.record_run(model=run.model, waited_ms=run.waited_ms, compute_ms=run.compute_ms)
