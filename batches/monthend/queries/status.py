"""The status document of a batch (seed 1, 7.1.2)."""

from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import CheckStatus, Layer, Status

from .progress import Progress, elapsed_seconds, estimated_completion, progress


def status(batch: MonthEndBatch) -> dict[str, Any]:
    """Status, phase, progress, timing, performance and validation of a batch."""
    done = progress(batch)
    return {
        "batch_id": batch.batch_id,
        "status": batch.status,
        "phase": batch.phase,
        "progress": _counts(done),
        "timing": _timing(batch, done),
        "performance": {
            "current_throughput_per_sec": _whole(done.current),
            "average_throughput_per_sec": _whole(done.average),
            "peak_throughput_per_sec": _whole(done.peak),
        },
        "validation": layers(batch),
        "reason": batch.reason or None,
    }


def layers(batch: MonthEndBatch) -> dict[str, str]:
    """PENDING, IN_PROGRESS, PASSED or FAILED for each validation layer."""
    found: dict[str, set[str]] = {}
    for layer, verdict in batch.validations.values_list("layer", "status").distinct():
        found.setdefault(layer, set()).add(verdict)
    ranges = batch.ranges.values_list("validated_at", flat=True)
    started, complete = False, True
    for validated_at in ranges:
        started, complete = started or validated_at is not None, complete and validated_at is not None
    return {
        "pre_flight": _layer(found.get(Layer.PRE_FLIGHT), complete=bool(found.get(Layer.PRE_FLIGHT)), started=False),
        "per_worker": _layer(
            found.get(Layer.PER_WORKER),
            complete=complete and batch.expected_amount is not None and batch.status != Status.READY,
            started=started or batch.status == Status.PROCESSING,
        ),
        "pre_commit": _layer(
            found.get(Layer.PRE_COMMIT),
            complete=batch.validated_at is not None,
            started=batch.status == Status.VALIDATING,
        ),
    }


def _layer(verdicts: set[str] | None, *, complete: bool, started: bool) -> str:
    if verdicts and CheckStatus.FAIL in verdicts:
        return "FAILED"
    if complete:
        return "PASSED"
    return "IN_PROGRESS" if started else "PENDING"


def _counts(done: Progress) -> dict[str, Any]:
    return {
        "total_transactions": done.total,
        "processed_transactions": done.processed,
        "percentage": done.percentage,
        "workers": {
            "total": done.workers_total,
            "running": done.workers_running,
            "completed": done.workers_completed,
            "failed": done.workers_failed,
        },
    }


def _timing(batch: MonthEndBatch, done: Progress) -> dict[str, Any]:
    remaining = done.remaining_seconds if batch.finished_at is None and batch.status != Status.FAILED else None
    return {
        "started_at": batch.initiated_at,
        "elapsed_seconds": round(elapsed_seconds(batch, done.now), 3),
        "estimated_remaining_seconds": None if remaining is None else round(remaining, 1),
        "estimated_completion_at": estimated_completion(batch, done),
        "finished_at": batch.finished_at,
    }


def _whole(rate: float | None) -> int | None:
    return None if rate is None else round(rate)
