"""Starting a close."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction

from batches.ledger.models import AccountingPeriod
from batches.monthend import errors, graph
from batches.monthend.models import MonthEndBatch
from batches.monthend.states import BatchType, Status
from project.access import audit
from project.api.errors import InvalidRequest
from project.postgres import sql
from project.postgres.locks import LockSpace
from workers import services as engine

WORKFLOW = "month-end"


@transaction.atomic
def initiate_batch(
    *,
    period_start: date,
    period_end: date,
    batch_type: str,
    worker_count: int,
    dry_run: bool,
    actor: User | None,
) -> MonthEndBatch:
    """Count what the period has to post and hand the close to the engine.

    Returns the batch in PREPARING with exact expected figures. Raises 400 for dates that are no period, 409 when
    another batch holds the ledger, the period takes no entries or has nothing new, 503 for missing prerequisites.
    """
    period = _period(period_start, period_end)
    hold_ledger()
    sql.routine("ledger.require_open_period", period.pk, actor.pk if actor else None)
    missing = sql.routine_value("monthend.missing_prerequisites", period.pk)
    if missing:
        raise errors.prerequisites_missing(period.code, missing)
    batch = create_batch(period=period, batch_type=batch_type, worker_count=worker_count, dry_run=dry_run, actor=actor)
    count(batch)
    start(batch, actor=actor)
    audit.record(
        operation="month_end.initiate",
        target=batch.batch_id,
        after={"status": batch.status, "batch_type": batch_type, "worker_count": worker_count, "dry_run": dry_run},
        actor=actor,
    )
    return batch


def hold_ledger() -> None:
    """Take the month-end lock until the transaction ends. Raises 409 when a batch holds the ledger."""
    sql.value("SELECT pg_advisory_xact_lock(%s, 0)", [LockSpace.MONTH_END])
    holder = MonthEndBatch.objects.filter(holds_ledger=True).first()
    if holder:
        raise errors.batch_running(holder)


def create_batch(
    *,
    period: AccountingPeriod,
    batch_type: str,
    worker_count: int,
    dry_run: bool,
    actor: User | None,
    reverses: MonthEndBatch | None = None,
    reason: str = "",
) -> MonthEndBatch:
    """The row of a new batch, under the next free name of its period."""
    batch = MonthEndBatch.objects.create(
        batch_id=_free_name(period),
        period=period,
        batch_type=batch_type,
        worker_count=worker_count,
        dry_run=dry_run,
        initiated_by=actor,
        reverses=reverses,
        reason=reason,
    )
    batch.refresh_from_db()
    return batch


def count(batch: MonthEndBatch) -> None:
    """Count the batch's input. Raises 409 when an earlier batch of the period left nothing to post."""
    sql.routine("monthend.count_batch", batch.pk)
    batch.refresh_from_db()
    sql.routine(
        "monthend.log_event",
        batch.pk,
        "counted",
        f"{batch.expected_transactions:,} transactions, {batch.expected_entries:,} entries.",
        batch.initiated_by_id,
    )
    types = BatchType.values if batch.batch_type == BatchType.COMBINED else [batch.batch_type, BatchType.COMBINED]
    posted = MonthEndBatch.objects.filter(
        period=batch.period, status=Status.COMMITTED, reverses=None, batch_type__in=types
    ).last()
    if posted and not batch.expected_transactions:
        raise errors.already_posted(posted)


def start(batch: MonthEndBatch, *, actor: User | None, planned: bool = False) -> None:
    """Submit the batch's jobs and remember their execution."""
    jobs = graph.closing(batch) if planned else graph.planning(batch)
    batch.execution_id = engine.submit(workflow=WORKFLOW, jobs=jobs, actor=actor).pk
    batch.save(update_fields=["execution_id"])


def _period(start: date, end: date) -> AccountingPeriod:
    if end < start:
        raise InvalidRequest.field("period_end", "lies before period_start")
    period = AccountingPeriod.objects.filter(start_date=start, end_date=end).first()
    if period:
        return period
    around = AccountingPeriod.objects.filter(start_date__lte=start, end_date__gte=start).first()
    if around is None:
        raise InvalidRequest.field("period_start", "no accounting period has this date; create it first")
    if end > around.end_date:
        raise InvalidRequest.field("period_end", f"a batch closes one period; {around.code} ends on {around.end_date}")
    raise InvalidRequest.field(
        "period_start" if start != around.start_date else "period_end",
        f"a batch closes a whole period; {around.code} is {around.start_date} to {around.end_date}",
    )


def _free_name(period: AccountingPeriod) -> str:
    taken = MonthEndBatch.objects.filter(period=period).count()
    return f"{period.code}-MONTHEND" if not taken else f"{period.code}-MONTHEND-{taken + 1}"
