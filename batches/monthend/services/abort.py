"""Stopping a close."""

import time

from django.contrib.auth.models import User
from django.db import transaction

from batches.monthend import errors, graph
from batches.monthend.models import MonthEndBatch
from batches.monthend.states import RUNNING, Status
from project.access import audit
from project.api.errors import NotReady
from project.postgres import sql
from project.postgres.errors import LOCK_TIMEOUT, sqlstate
from workers import services as engine

from .initiate import WORKFLOW

TRIES = 40  # of a quarter of a second: a step that began in between is interrupted by the next try


def abort_batch(*, batch: MonthEndBatch, actor: User | None, reason: str, rollback: bool) -> MonthEndBatch:
    """Stop a batch's workers and, with `rollback`, drop what they posted; without, its leaves are kept, detached.

    Returns at once with the batch in ABORTING; an engine job ends it. Raises 409 for a batch that has ended:
    a committed one is reversed, never aborted.
    """
    for _ in range(TRIES - 1):
        try:
            return _abort(batch=batch, actor=actor, reason=reason, rollback=rollback)
        except NotReady as error:
            if sqlstate(error) != LOCK_TIMEOUT:
                raise
            time.sleep(0.01)
    return _abort(batch=batch, actor=actor, reason=reason, rollback=rollback)


@transaction.atomic
def _abort(*, batch: MonthEndBatch, actor: User | None, reason: str, rollback: bool) -> MonthEndBatch:
    batch.refresh_from_db()
    if batch.status not in {*RUNNING, Status.FAILED}:
        mend = {"use": "reverse"} if batch.status == Status.COMMITTED else {}
        raise errors.illegal(batch, "aborted", **mend)
    before = batch.status
    sql.routine("monthend.begin_abort", batch.pk, actor.pk if actor else None, reason, not rollback)
    batch.refresh_from_db()
    batch.execution_id = engine.submit(workflow=WORKFLOW, jobs=graph.aborting(batch), actor=actor).pk
    batch.save(update_fields=["execution_id"])
    audit.record(
        operation="month_end.abort",
        target=batch.batch_id,
        before={"status": before},
        after={"status": batch.status},
        details={"reason": reason, "rollback": rollback},
        actor=actor,
    )
    return batch


@transaction.atomic
def drop_kept_leaves(*, batch: MonthEndBatch, actor: User | None) -> int:
    """Drop the leaves that an abort without rollback kept. Returns how many. Raises 409 for a batch not ABORTED."""
    dropped = int(sql.routine_value("monthend.drop_kept_leaves", batch.pk))
    audit.record(operation="month_end.drop_leaves", target=batch.batch_id, details={"leaves": dropped}, actor=actor)
    return dropped
