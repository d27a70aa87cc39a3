"""A drift in words: its percentage, and what it asks for."""

from reconciliation import drift
from reconciliation.models import ReconciliationJob
from reconciliation.states import JobStatus

OK = "OK"


def percentage(value: float | None) -> str:
    """With as many digits as tell it from nothing: 0.005 %, 1.3 %."""
    if value is None:
        return "—"
    return f"{value:.3g} %" if value < 100 else f"{value:.0f} %"


def severity(job: ReconciliationJob) -> str:
    """OK, WARNING or CRITICAL; empty while there is no drift to speak of."""
    if job.status != JobStatus.COMPLETED or drift.percent(job) is None:
        return ""
    return str(drift.severity(job) or OK)


def drift_words(job: ReconciliationJob) -> str:
    """For a list: `1.3 % WARNING`."""
    if job.status != JobStatus.COMPLETED:
        return "—"
    asks = severity(job)
    return percentage(drift.percent(job)) + (f" {asks}" if asks not in {"", OK} else "")
