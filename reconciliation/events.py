"""What subscribers are told: the events, and what each says about a job."""

from typing import Any

from django.db import models

from reconciliation import drift
from reconciliation.models import ReconciliationJob
from reconciliation.queries import errors


class Event(models.TextChoices):
    """Names of the contract."""

    JOB_COMPLETED = "reconciliation.job_completed"
    DRIFT_DETECTED = "reconciliation.drift_detected"
    JOB_FAILED = "reconciliation.job_failed"


TEST = "reconciliation.test"
"""Sent when somebody tries a subscription out; nobody subscribes to it."""


def said(event: Event, job: ReconciliationJob) -> dict[str, Any]:
    """The member `data` of the payload."""
    of_job = {"job_id": str(job.pk), "table": job.table_name}
    if event == Event.DRIFT_DETECTED:
        return {**of_job, "drift_percentage": drift.percent(job), "severity": drift.severity(job)}
    if event == Event.JOB_FAILED:
        return {**of_job, "status": job.status, **errors.shown(job)}
    return {
        **of_job,
        "status": job.status,
        "mismatch_count": job.mismatch_count,
        "drift_percentage": drift.percent(job),
        "alert_fired": job.alert_fired,
    }
