"""Why a job failed, no longer than anybody reads: a job of thousands of ranges may have failed in each."""

from typing import Any

from reconciliation.models import ReconciliationJob

SHOWN = 100


def shown(job: ReconciliationJob) -> dict[str, Any]:
    """The first errors of a job, null where it has none, and how many there are."""
    found = job.validation_errors
    return {"validation_errors": None if found is None else found[:SHOWN], "validation_error_count": len(found or [])}
