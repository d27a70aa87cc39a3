"""The workers of a batch (seed 1, 7.1.3)."""

from datetime import datetime
from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import WorkerStatus
from project.postgres import sql


def workers(batch: MonthEndBatch) -> dict[str, Any]:
    """Every worker of the batch with progress, rate, checkpoint, error and replacement."""
    return {"batch_id": batch.batch_id, "workers": [_worker(found) for found in sql.rows(WORKERS, [batch.pk])]}


def _worker(found: dict[str, Any]) -> dict[str, Any]:
    state: str = found["status"]
    document: dict[str, Any] = {
        "worker_id": found["worker_id"],
        "range": found["range_number"],
        "status": state,
        "progress": {
            "records_processed": found["records_processed"],
            "expected_records": found["transactions"],
            "percentage": round(100 * found["records_processed"] / found["transactions"], 1),
        },
    }
    elapsed = _elapsed(found)
    if elapsed is not None:
        document["performance"] = {"records_per_second": _rate(found, elapsed), "elapsed_seconds": round(elapsed, 3)}
    if state != WorkerStatus.COMPLETED:
        document["last_checkpoint"] = found["last_checkpoint_at"]
    if state == WorkerStatus.RUNNING and elapsed:
        rate = _rate(found, elapsed)
        left = found["transactions"] - found["records_processed"]
        document["eta_seconds"] = round(left / rate, 1) if rate else None
    if state == WorkerStatus.COMPLETED:
        document["completed_at"] = found["completed_at"]
    if state == WorkerStatus.FAILED:
        document["error"] = found["error"]
        document["recovery_action"] = found["recovery_action"] or None
        document["replacement_worker_id"] = found["replacement_worker_id"]
    return document


def _elapsed(found: dict[str, Any]) -> float | None:
    """Seconds from the start to the end, to the last checkpoint of a failed worker, or to now."""
    started: datetime | None = found["started_at"]
    if started is None:
        return None
    failed = found["status"] == WorkerStatus.FAILED
    end = found["completed_at"] or ((found["last_checkpoint_at"] or started) if failed else found["now"])
    return max(float((end - started).total_seconds()), 0.0)


def _rate(found: dict[str, Any], elapsed: float) -> int | None:
    own = found["records_processed"] - found["taken_over"]
    return round(own / elapsed) if elapsed else None


WORKERS = """
SELECT w.worker_id, w.range_number, w.status, w.records_processed, r.transactions, w.error, w.recovery_action,
  w.replacement_worker_id, w.started_at, w.last_checkpoint_at, w.completed_at, clock_timestamp() AS now,
  coalesce((SELECT max(o.records_processed) FROM month_end_worker o
    WHERE o.batch_id = w.batch_id AND o.range_number = w.range_number AND o.worker_id < w.worker_id), 0) AS taken_over
FROM month_end_worker w
JOIN month_end_range r ON r.batch_id = w.batch_id AND r.number = w.range_number
WHERE w.batch_id = %s ORDER BY w.worker_id
"""
