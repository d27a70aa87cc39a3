"""The report of a batch: what it moved, how it compares with the month before, how long each phase took."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import CheckStatus, Status
from project.postgres import sql

from .progress import progress

UNUSUAL_CHANGE = Decimal("0.5")  # against the month before; a dry run warns from here on


def report(batch: MonthEndBatch) -> dict[str, Any]:
    """Trial balance and fund totals of the batch, comparison, timings; for a dry run also the recommendation."""
    funds = sql.rows(FUNDS, {"batch": batch.pk})
    before = previous(batch)
    document = {
        "batch_id": batch.batch_id,
        "status": batch.status,
        "period": batch.period.code,
        "dry_run": batch.dry_run,
        "reverses": batch.reverses.batch_id if batch.reverses else None,
        "transactions": batch.expected_transactions,
        "entries": batch.expected_entries,
        "amount": batch.expected_amount,
        "first_entry": batch.first_entry,
        "last_entry": batch.last_entry,
        "trial_balance": sql.rows(TRIAL_BALANCE, {"batch": batch.pk}),
        "funds": funds,
        "previous_period": before,
        "timings": timings(batch),
    }
    if batch.dry_run:
        document["recommendation"], document["findings"] = recommendation(batch, before)
    return document


def previous(batch: MonthEndBatch) -> dict[str, Any] | None:
    """What the period before posted in all, and the change in percent; None when it posted nothing."""
    found = sql.row(PREVIOUS, {"start": batch.period.start_date})
    if not found or not found["amount"]:
        return None
    change = None
    if batch.expected_amount is not None:
        change = round(float(100 * (batch.expected_amount - found["amount"]) / found["amount"]), 1)
    return {**found, "change_percent": change}


def recommendation(batch: MonthEndBatch, before: dict[str, Any] | None) -> tuple[str, list[str]]:
    """PROCEED, WARNING or DO_NOT_PROCEED for a dry run, with the reasons. An empty month is a warning too."""
    failed = batch.validations.filter(status=CheckStatus.FAIL).values_list("message", flat=True)
    if failed or batch.status == Status.FAILED:
        return "DO_NOT_PROCEED", [*failed] or [batch.reason]
    warnings = [*batch.validations.filter(status=CheckStatus.WARNING).values_list("message", flat=True)]
    if not batch.expected_transactions:
        warnings.append("The period has no transactions to post.")
    change = before["change_percent"] if before else None
    if change is not None and abs(change) >= 100 * UNUSUAL_CHANGE:
        warnings.append(f"The amount changes by {change:+.1f} % against the period before.")
    return ("WARNING" if warnings else "PROCEED"), warnings


def timings(batch: MonthEndBatch) -> dict[str, Any]:
    """Seconds of each phase and of the whole; null for a phase that has not ended."""
    planned = batch.events.filter(name="planned").values_list("at", flat=True).first()
    done = progress(batch)
    return {
        "plan_seconds": _between(batch.initiated_at, planned),
        "post_seconds": _between(batch.started_at, batch.posted_at),
        "validate_seconds": _between(batch.posted_at, batch.validated_at),
        "commit_lock_ms": None if batch.commit_lock_ms is None else round(batch.commit_lock_ms, 1),
        "total_seconds": _between(batch.initiated_at, batch.finished_at),
        "transactions_per_second": _per_second(batch),
        "posting_per_second": None if done.average is None else round(done.average),
    }


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if start and end else None


def _per_second(batch: MonthEndBatch) -> int | None:
    seconds = _between(batch.initiated_at, batch.finished_at)
    return round(batch.expected_transactions / seconds) if seconds else None


TRIAL_BALANCE = """
SELECT a.code AS account, a.name, sum(s.debit)::numeric(20, 2) AS debit, sum(s.credit)::numeric(20, 2) AS credit
FROM (
  SELECT t.debit_account_id AS account_id, t.amount AS debit, 0 AS credit
  FROM month_end_posted_total t WHERE t.batch_id = %(batch)s
  UNION ALL
  SELECT t.credit_account_id, 0, t.amount FROM month_end_posted_total t WHERE t.batch_id = %(batch)s) s
JOIN account a ON a.id = s.account_id GROUP BY a.id ORDER BY a.code
"""

FUNDS = """
SELECT s.code AS source, f.code AS fund, sum(t.entries)::bigint AS entries, sum(t.amount)::numeric(20, 2) AS amount
FROM month_end_posted_total t
JOIN fund f ON f.id = t.fund_id JOIN transaction_source s ON s.id = t.source_id
WHERE t.batch_id = %(batch)s GROUP BY s.id, f.id ORDER BY s.id, f.position
"""

PREVIOUS = """
SELECT p.code AS period, sum(t.entries)::bigint AS entries, sum(t.amount)::numeric(20, 2) AS amount
FROM accounting_period p JOIN fund_total t ON t.period_id = p.id
WHERE p.start_date = (SELECT max(o.start_date) FROM accounting_period o WHERE o.start_date < %(start)s)
GROUP BY p.id
"""
