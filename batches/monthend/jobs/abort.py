"""The end of an abort."""

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import Status
from project.postgres import sql
from workers.handlers import Claim, handler


@handler("month_end.abort", internal=True, max_attempts=100, backoff_seconds=0.5)
def abort(claim: Claim) -> None:
    """Drop the leaves and let go of the ledger. Whoever still works on a leaf is interrupted first."""
    batch = MonthEndBatch.objects.get(pk=claim.payload["batch"])
    if batch.status == Status.ABORTING:
        sql.routine("monthend.interrupt_batch", batch.pk)
        sql.routine("monthend.finish_abort", batch.pk, claim.fence, claim.job_id)
