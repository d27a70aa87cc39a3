"""Finding batches."""

from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import RUNNING, Status
from project.api.errors import NotFound

MOVES: dict[str, list[str]] = {
    **{status: ["abort"] for status in RUNNING},
    Status.FAILED: ["resume", "abort"],
    Status.COMMITTED: ["reverse"],
}


def find(batch_id: str) -> MonthEndBatch:
    """The batch of this public name. Raises 404."""
    batch = MonthEndBatch.objects.select_related("period", "initiated_by", "reverses").filter(batch_id=batch_id).first()
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return batch


def running() -> MonthEndBatch | None:
    """The batch that holds the ledger, if any."""
    return MonthEndBatch.objects.select_related("period").filter(holds_ledger=True).first()


def legal_moves(batch: MonthEndBatch) -> list[str]:
    """What a person may do with the batch now: abort, resume, reverse."""
    if batch.reverses_id is not None and batch.status == Status.COMMITTED:
        return []
    return MOVES.get(batch.status, [])


def summary(batch: MonthEndBatch) -> dict[str, Any]:
    """One line of a list of batches."""
    return {
        "batch_id": batch.batch_id,
        "period": batch.period.code,
        "batch_type": batch.batch_type,
        "status": batch.status,
        "phase": batch.phase,
        "dry_run": batch.dry_run,
        "reverses": batch.reverses.batch_id if batch.reverses else None,
        "expected_transactions": batch.expected_transactions,
        "expected_entries": batch.expected_entries,
        "expected_amount": batch.expected_amount,
        "first_entry": batch.first_entry,
        "last_entry": batch.last_entry,
        "initiated_by": batch.initiated_by.get_username() if batch.initiated_by else None,
        "initiated_at": batch.initiated_at,
        "finished_at": batch.finished_at,
        "reason": batch.reason,
    }
