"""Going on: a failed batch, or one worker that hangs."""

from django.contrib.auth.models import User
from django.db import transaction

from batches.monthend import errors
from batches.monthend.models import MonthEndBatch, MonthEndWorker
from batches.monthend.states import Status, WorkerStatus
from project.access import audit
from project.api.errors import NotFound, NotReady
from project.postgres import sql
from project.postgres.errors import LOCK_TIMEOUT, sqlstate
from workers import services as engine

from .initiate import count, hold_ledger, start


@transaction.atomic
def resume_batch(*, batch: MonthEndBatch, actor: User | None) -> MonthEndBatch:
    """Run a FAILED batch again, from its checkpoints, or from the pre-flight checks when it never had a plan.

    Raises 409 for a batch that is not FAILED, when another batch holds the ledger, or when its period was closed.
    """
    batch.refresh_from_db()
    if batch.status != Status.FAILED:
        raise errors.illegal(batch, "resumed")
    if not batch.holds_ledger:
        hold_ledger()
    sql.routine("ledger.require_open_period", batch.period_id, batch.initiated_by_id)
    planned = sql.routine_value("monthend.begin_resume", batch.pk, actor.pk if actor else None)
    batch.refresh_from_db()
    if not planned and batch.reverses_id is None:
        count(batch)
    start(batch, actor=actor, planned=planned)
    audit.record(
        operation="month_end.resume",
        target=batch.batch_id,
        before={"status": Status.FAILED.value},
        after={"status": batch.status},
        actor=actor,
    )
    return batch


def restart_worker(*, batch: MonthEndBatch, worker_id: int, actor: User | None, reason: str) -> MonthEndBatch:
    """Take a running range away from its worker; a replacement goes on from the checkpoint.

    A statement that has run for more than two seconds is interrupted, with those of the batch's other workers, which
    try theirs again. In a FAILED batch this resumes the batch, since its other ranges wait too. Raises 404 for an
    unknown worker, 409 when the worker is neither running nor failed without a replacement.
    """
    try:
        return _restart(batch=batch, worker_id=worker_id, actor=actor, reason=reason, interrupted=False)
    except NotReady as error:
        if sqlstate(error) != LOCK_TIMEOUT:
            raise
    interrupted = sql.routine_value("monthend.interrupt_batch", batch.pk) > 0
    return _restart(batch=batch, worker_id=worker_id, actor=actor, reason=reason, interrupted=interrupted)


@transaction.atomic
def _restart(
    *, batch: MonthEndBatch, worker_id: int, actor: User | None, reason: str, interrupted: bool
) -> MonthEndBatch:
    batch.refresh_from_db()
    worker = MonthEndWorker.objects.filter(batch=batch, worker_id=worker_id).first()
    if worker is None:
        raise NotFound(f"Batch {batch.batch_id} has no worker {worker_id}.")
    if batch.status == Status.FAILED and worker.status == WorkerStatus.FAILED and not worker.replacement_worker_id:
        return resume_batch(batch=batch, actor=actor)
    if worker.status != WorkerStatus.RUNNING or not (_taken_away(batch, worker, reason) or interrupted):
        raise errors.illegal(batch, "restarted there", worker_id=worker_id, worker_status=worker.status)
    audit.record(
        operation="month_end.restart_worker",
        target=batch.batch_id,
        details={"worker_id": worker_id, "range": worker.range_number, "reason": reason},
        actor=actor,
    )
    return batch


def _taken_away(batch: MonthEndBatch, worker: MonthEndWorker, reason: str) -> bool:
    if batch.execution_id is None:
        return False
    return engine.restart_job(execution_id=batch.execution_id, key=f"post-{worker.range_number}", reason=reason)
