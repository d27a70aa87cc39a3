"""Taking a committed batch out of the books, by mirrored entries."""

from django.contrib.auth.models import User
from django.db import transaction

from batches.ledger.models import AccountingPeriod
from batches.monthend import errors
from batches.monthend.models import MonthEndBatch
from batches.monthend.states import Status
from project.access import audit
from project.api.errors import InvalidRequest
from project.postgres import sql

from .initiate import create_batch, hold_ledger, start


@transaction.atomic
def reverse_batch(
    *, batch: MonthEndBatch, actor: User | None, reason: str, period_code: str | None = None
) -> MonthEndBatch:
    """Post the mirror of every entry of a committed batch as a new batch and free its source rows.

    The entries go into `period_code`, by default the batch's own period, which must be open. Returns the new batch.
    Raises 409 for a batch that is not committed, is a reversal, or was reversed; 400 for an unknown period.
    """
    hold_ledger()
    batch.refresh_from_db()
    _reversible(batch)
    period = _target(batch, period_code)
    sql.routine("ledger.require_open_period", period.pk, actor.pk if actor else None)
    reversal = create_batch(
        period=period,
        batch_type=batch.batch_type,
        worker_count=batch.worker_count,
        dry_run=False,
        actor=actor,
        reverses=batch,
        reason=reason,
    )
    reversal.expected_transactions = batch.expected_transactions
    reversal.expected_entries = batch.expected_entries
    reversal.save(update_fields=["expected_transactions", "expected_entries"])
    start(reversal, actor=actor)
    audit.record(
        operation="month_end.reverse",
        target=batch.batch_id,
        before={"status": batch.status},
        details={"reason": reason, "reversal": reversal.batch_id, "period": period.code},
        actor=actor,
    )
    return reversal


def _reversible(batch: MonthEndBatch) -> None:
    if batch.status != Status.COMMITTED:
        raise errors.illegal(batch, "reversed")
    if batch.reverses_id is not None:
        raise errors.illegal(batch, "reversed: it is a reversal itself")


def _target(batch: MonthEndBatch, code: str | None) -> AccountingPeriod:
    if code is None:
        return batch.period
    period = AccountingPeriod.objects.filter(code=code).first()
    if period is None:
        raise InvalidRequest.field("period", f"there is no accounting period {code}")
    return period
