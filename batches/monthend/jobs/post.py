"""Posting one range, block by block."""

from typing import Any

from project.postgres import sql
from workers.handlers import Claim, handler


@handler("month_end.post", internal=True, max_attempts=3, backoff_seconds=1.0)
def post_range(claim: Claim) -> dict[str, Any]:
    """Post the blocks of one range from its checkpoint on; each call is one transaction in the database."""
    batch, number = claim.payload["batch"], claim.payload["range"]
    worker = sql.routine_value(
        "monthend.take_range", batch, number, claim.worker_id, claim.last_error, claim.fence, claim.job_id
    )
    left = 1
    while left > 0:
        claim.stop_if_asked()
        left = sql.routine_value("monthend.post_block", batch, number, worker, claim.fence, claim.job_id)
    return {"worker": worker}
