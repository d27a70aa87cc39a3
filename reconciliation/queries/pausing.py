"""Comparisons that wait for the end of their mapping's quiet hours."""

from datetime import datetime

from django.utils import timezone

from reconciliation.comparing.quiet import QuietHours, Rest
from reconciliation.models import ReconciliationJob
from reconciliation.states import JobStatus


def rest_of(job: ReconciliationJob, now: datetime | None = None) -> Rest | None:
    """Until when a job reads nothing; None when nothing keeps it, and when it has ended."""
    if job.status != JobStatus.RUNNING:
        return None
    return QuietHours.of(job.mapping.quiet_hours).rest(now or timezone.now())


def told(job: ReconciliationJob) -> str:
    """`paused until 18:00 Asia/Jakarta`; empty when it isn't paused."""
    now = timezone.now()
    rest = rest_of(job, now)
    return "" if rest is None else rest.told(now)
