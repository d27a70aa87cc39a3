"""The job types of the load. Workers import this module by JOB_MODULES."""

import time

from project.postgres import sql
from workers.handlers import Claim, handler

EFFECT = "chaos.effect"
PLAIN = "chaos.plain"


@handler(EFFECT, max_attempts=1000, backoff_seconds=0.1)
def effect(claim: Claim) -> dict[str, bool]:
    """Changes the world once, as a chunk routine does: the change and the checkpoint are one fenced transaction."""
    time.sleep(claim.payload["seconds"])
    if claim.checkpoint is None:
        sql.routine("chaos_apply", claim.fence, claim.job_id)
    return {"applied": True}


@handler(PLAIN, max_attempts=1000, backoff_seconds=0.1)
def plain(claim: Claim) -> dict[str, int]:
    """Takes a while and gives a result that only the fence of its report keeps from counting twice."""
    time.sleep(claim.payload["seconds"])
    return {"worker": claim.worker_id}
