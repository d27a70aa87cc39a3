"""Graphs of jobs."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from workers.models.schedules import Schedule


class ExecutionStatus(models.TextChoices):
    PENDING = "pending"  # nothing claimed yet
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"  # finished, and a job of it failed
    CANCELLED = "cancelled"


class Execution(models.Model):
    """A graph of jobs. The counts and the status change in the transaction that finishes a job."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.TextField()
    status = models.TextField(choices=ExecutionStatus, db_default=ExecutionStatus.PENDING)
    parallelism = models.IntegerField(null=True)
    admitted = models.IntegerField(db_default=0, help_text="Jobs in ready or leased, counted with a parallelism only.")
    total = models.IntegerField(db_default=0)
    completed = models.IntegerField(db_default=0)
    failed = models.IntegerField(db_default=0)
    cancelled = models.IntegerField(db_default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    idempotency_key = models.TextField(null=True)  # noqa: DJ001  no key is not an empty key
    request_digest = models.BinaryField(null=True, help_text="SHA-256 of what was submitted under the key.")
    rerun_of = models.ForeignKey("self", models.SET_NULL, null=True, db_index=False, related_name="reruns")
    schedule = models.ForeignKey(Schedule, models.SET_NULL, null=True, db_index=False, related_name="executions")
    scheduled_for = models.DateTimeField(null=True, help_text="The moment of its schedule that it was made for.")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(null=True)  # noqa: DJ001  not cancelled is not an empty reason

    class Meta:
        db_table = "execution"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                name="execution_being_cancelled",
                condition=models.Q(cancel_requested_at__isnull=False, completed_at__isnull=True),
            ),
            models.Index(
                fields=["schedule", "id"],
                name="execution_of_schedule",
                condition=models.Q(schedule__isnull=False),
            ),
            models.Index(fields=["rerun_of"], name="execution_rerun_of", condition=models.Q(rerun_of__isnull=False)),
            models.Index(fields=["workflow", "id"], name="execution_workflow"),
            # not by status: that would take every change of it off the fast path of an update
            models.Index(
                fields=["id"],
                name="execution_unsuccessful",
                condition=models.Q(failed__gt=0) | models.Q(cancelled__gt=0),
            ),
            models.Index(fields=["id"], name="execution_open", condition=models.Q(completed_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False),
                nulls_distinct=False,
                name="execution_idempotency",
            ),
            models.UniqueConstraint(
                fields=["schedule", "scheduled_for"],
                condition=models.Q(scheduled_for__isnull=False),
                name="execution_scheduled_once",
            ),
            # each check is parsed anew by every statement that updates a row: the one that counting could break
            models.CheckConstraint(
                condition=models.Q(total__gte=models.F("completed") + models.F("failed") + models.F("cancelled")),
                name="execution_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.pk}"
