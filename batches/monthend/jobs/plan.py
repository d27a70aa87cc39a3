"""Pre-flight checks and the plan."""

import shutil
from typing import Any

from batches.monthend import graph
from batches.monthend.models import MonthEndBatch
from batches.monthend.states import CheckStatus, Layer
from project.postgres import sql
from workers.handlers import Claim, Permanent, handler
from workers.queries import has_job, slots_alive
from workers.services import add_jobs

MOST_LEAVES = 16
MEGABYTE = 1024 * 1024


@handler("month_end.plan", internal=True, max_attempts=3, backoff_seconds=2.0)
def plan(claim: Claim) -> dict[str, Any]:
    """Check, freeze, plan; then add the jobs that the plan calls for. Safe to repeat at any point."""
    batch = MonthEndBatch.objects.get(pk=claim.payload["batch"])
    if batch.expected_amount is None:
        preflight(claim, batch)
        sql.routine("monthend.freeze_sources", batch.pk, claim.fence, claim.job_id)
        leaves = min(max(slots_alive(), 1), MOST_LEAVES)
        sql.routine("monthend.plan_batch", batch.pk, leaves, claim.fence, claim.job_id)
        batch.refresh_from_db()
    if not has_job(claim.execution_id, graph.SETTLE):
        add_jobs(claim=claim, jobs=graph.closing(batch))
    return {"transactions": batch.expected_transactions, "entries": batch.expected_entries}


def preflight(claim: Claim, batch: MonthEndBatch) -> None:
    """Run the pre-flight layer. Raises `Permanent` with the messages of what failed."""
    passed = sql.routine_value("monthend.preflight", batch.pk, claim.fence, claim.job_id)
    disk = free_disk_mb()
    needed = batch.expected_entries * (125 + 105) // MEGABYTE
    if disk is not None and disk < needed:
        message = f"{disk} MB are free on the database's disk, {needed} MB are needed"
        record_check(batch, "disk_space", CheckStatus.FAIL, message, {"free_mb": disk, "needed_mb": needed})
        passed = False
    if not passed:
        failed = batch.validations.filter(layer=Layer.PRE_FLIGHT, status=CheckStatus.FAIL)
        raise Permanent("Pre-flight failed. " + " ".join(f"{check.message}." for check in failed))


def free_disk_mb() -> int | None:
    """Free megabytes on the server's disk; None when its data folder is not on this machine or not readable."""
    folder = sql.value("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
    try:
        return shutil.disk_usage(folder).free // MEGABYTE if folder else None
    except OSError:
        return None


def record_check(batch: MonthEndBatch, name: str, status: CheckStatus, message: str, details: dict[str, Any]) -> None:
    """Store a pre-flight verdict that only the application can reach."""
    sql.routine("monthend.record_check", batch.pk, Layer.PRE_FLIGHT.value, name, status.value, message, details)
