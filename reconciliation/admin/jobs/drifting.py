"""What the drift of a job asks for."""

from reconciliation import drift
from reconciliation.models import ReconciliationJob
from reconciliation.states import JobStatus

OK = "OK"


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
    return drift.words(drift.percent(job)) + (f" {asks}" if asks not in {"", OK} else "")
