"""How the month-end close refuses."""

from typing import Any

from project.api.errors import Conflict, ErrorCode, NotReady

from .models import MonthEndBatch


def batch_running(batch: MonthEndBatch) -> Conflict:
    """409: another batch holds the ledger."""
    mend = "resume or abort it" if batch.status == "FAILED" else "wait for its end or abort it"
    return Conflict(
        f"Batch {batch.batch_id} is {batch.status} and holds the ledger; {mend}.",
        code=ErrorCode.BATCH_RUNNING,
        details={"batch_id": batch.batch_id, "status": batch.status},
    )


def already_posted(batch: MonthEndBatch) -> Conflict:
    """409: everything postable of the period is posted."""
    return Conflict(
        f"Nothing new to post: batch {batch.batch_id} posted this period.",
        code=ErrorCode.ALREADY_POSTED,
        details={"batch_id": batch.batch_id, "status": batch.status},
    )


def prerequisites_missing(period: str, missing: list[str]) -> NotReady:
    """503: what must be done before the month can close."""
    return NotReady(
        f"Prerequisites of {period} are not complete: {', '.join(missing)}.",
        code=ErrorCode.PREREQUISITES_MISSING,
        details={"period": period, "missing": missing},
    )


def illegal(batch: MonthEndBatch, wanted: str, **details: Any) -> Conflict:
    """409: the batch is in a state from which this is not possible."""
    return Conflict(
        f"Batch {batch.batch_id} is {batch.status} and cannot be {wanted}.",
        code=ErrorCode.ILLEGAL_TRANSITION,
        details={"batch_id": batch.batch_id, "status": batch.status, **details},
    )
