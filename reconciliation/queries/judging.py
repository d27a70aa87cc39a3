"""Which of a table's jobs says how far its two sides are apart."""

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce

from reconciliation.models import ReconciliationJob
from reconciliation.states import JobStatus, Strategy


def judging(jobs: QuerySet[ReconciliationJob]) -> Coalesce:
    """Id of the one of `jobs` that drift is taken from: the last completed CHECKSUM, else the last completed.

    One that looked at less may find nothing where the last of everything did: that ends no alert.
    """
    completed = jobs.filter(status=JobStatus.COMPLETED).order_by("-created_at")
    everything = completed.filter(validation_strategy=Strategy.CHECKSUM)
    return Coalesce(Subquery(everything.values("pk")[:1]), Subquery(completed.values("pk")[:1]))
