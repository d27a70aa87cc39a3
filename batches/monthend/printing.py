"""One page of result for a terminal."""

from typing import Any

from batches.monthend.models import MonthEndBatch, MonthEndCertificate
from batches.monthend.states import Status


def page(batch: MonthEndBatch, document: dict[str, Any]) -> str:
    """Trial balance, fund totals, certificate and figures of a batch: text of 80 columns, but for the digest."""
    lines = [f"{batch.batch_id}  {batch.status}", _reason(batch), ""]
    if document["trial_balance"]:
        lines += [*_trial_balance(document["trial_balance"]), "", *_funds(document["funds"]), ""]
    lines += [*_certificate(batch), *_recommendation(document), _summary(document)]
    return "\n".join(line for line in lines if line is not None)


def _reason(batch: MonthEndBatch) -> str | None:
    return batch.reason or None


def _trial_balance(accounts: list[dict[str, Any]]) -> list[str]:
    lines = [f"{'Trial balance':<40}{'debit':>20}{'credit':>20}"]
    lines += (f"{x['account']:<10}{x['name'][:29]:<30}{x['debit']:>20,}{x['credit']:>20,}" for x in accounts)
    debit, credit = (sum(line[side] for line in accounts) for side in ("debit", "credit"))
    return [*lines, f"{'':<40}{debit:>20,}{credit:>20,}"]


def _funds(funds: list[dict[str, Any]]) -> list[str]:
    lines = [f"{'Fund totals':<40}{'entries':>20}{'amount':>20}"]
    return [*lines, *(f"{f['source']:<10}{f['fund']:<30}{f['entries']:>20,}{f['amount']:>20,}" for f in funds)]


def _certificate(batch: MonthEndBatch) -> list[str]:
    held = MonthEndCertificate.objects.filter(batch=batch).first() if batch.status == Status.COMMITTED else None
    return [f"Certificate {held.number}  SHA-256 {held.digest}"] if held else []


def _recommendation(document: dict[str, Any]) -> list[str]:
    if "recommendation" not in document:
        return []
    return [f"Dry run: {document['recommendation']}", *(f"  - {finding}" for finding in document["findings"])]


def _summary(document: dict[str, Any]) -> str:
    timings = document["timings"]
    text = f"{document['transactions']:,} transactions, {document['entries']:,} entries"
    if timings["total_seconds"] is None:
        return text
    rate = timings["transactions_per_second"]
    return f"{text} in {timings['total_seconds']:.1f} s" + (f" ({rate:,} transactions/s)" if rate else "")
