"""Comparisons that were put off until their mapping's quiet hours end."""

from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.states import JobStatus
from workers import services as engine


def reconsider(mapping: Mapping) -> None:
    """Have the job of a mapping look at the hours again that it was put off by: they have changed."""
    job = ReconciliationJob.objects.filter(mapping=mapping, status=JobStatus.RUNNING).first()
    if job is not None and job.execution_id is not None:
        engine.bring_forward(execution_id=job.execution_id)
