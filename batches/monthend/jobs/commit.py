"""The proof over all leaves, the commit, and the report."""

from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import CheckStatus, Layer, Phase, Status
from project.api.errors import Conflict
from project.postgres import sql
from workers.handlers import Claim, Permanent, StaleClaim, handler


@handler("month_end.validate", internal=True, max_attempts=5, backoff_seconds=1.0)
def validate(claim: Claim) -> None:
    """Run the pre-commit layer. Raises `Permanent` with the messages of what failed."""
    batch = MonthEndBatch.objects.get(pk=claim.payload["batch"])
    if batch.status != Status.VALIDATING:
        sql.routine("monthend.begin_validation", batch.pk, claim.fence, claim.job_id)
    if not sql.routine_value("monthend.validate_batch", batch.pk, claim.fence, claim.job_id):
        failed = batch.validations.filter(layer=Layer.PRE_COMMIT, status=CheckStatus.FAIL)
        raise Permanent("Validation failed. " + " ".join(f"{check.message}." for check in failed))


@handler("month_end.commit", internal=True, max_attempts=10, backoff_seconds=0.5)
def commit(claim: Claim) -> None:
    """Commit the batch, or end its dry run. Safe to repeat: a batch that reached its end stays there.

    Raises `Permanent` for a refusal that does not pass by itself, such as a period that was closed meanwhile.
    """
    batch = MonthEndBatch.objects.get(pk=claim.payload["batch"])
    if batch.status != Status.VALIDATING:
        return
    step = "monthend.finish_dry_run" if batch.dry_run else "monthend.commit_batch"
    try:
        sql.routine(step, batch.pk, claim.fence, claim.job_id)
    except StaleClaim:
        raise
    except Conflict as refusal:
        raise Permanent(refusal.message) from refusal


@handler("month_end.report", internal=True, max_attempts=5, backoff_seconds=1.0)
def report(claim: Claim) -> dict[str, Any]:
    """Give the planner statistics of the new leaves; then nothing is left to do."""
    batch = MonthEndBatch.objects.get(pk=claim.payload["batch"])
    if not batch.dry_run:
        sql.routine("monthend.analyze_leaves", batch.pk)
    MonthEndBatch.objects.filter(pk=batch.pk).update(phase=Phase.DONE)
    return {"batch_id": batch.batch_id, "status": batch.status}
