"""The last job of every execution of a close."""

from typing import Any

from project.postgres import sql
from workers.handlers import Claim, handler
from workers.queries import failures

UNKNOWN = "A step was cancelled."


@handler("month_end.settle", internal=True, max_attempts=100, backoff_seconds=1.0)
def settle(claim: Claim) -> dict[str, Any]:
    """Fail the batch when a job of its execution failed for good; nothing to do otherwise."""
    failed = failures(claim.execution_id)
    if not failed:
        return {"failed": False}
    key, error = failed[0]
    reason = f"{key}: {error or UNKNOWN}"
    changed = sql.routine_value("monthend.fail_batch", claim.payload["batch"], reason, claim.fence, claim.job_id)
    return {"failed": changed, "reason": reason}
