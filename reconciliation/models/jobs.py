"""A comparison of one table, the ranges it consists of, and what it proved."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from reconciliation.states import Detail, Direction, JobStatus, JobType, Priority, RangeState, Strategy

from .mappings import Mapping


class ReconciliationJob(models.Model):
    """One comparison of one mapped table. `execution_id` is the engine's execution that runs it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    mapping = models.ForeignKey(Mapping, models.PROTECT, related_name="jobs")
    table_name = models.TextField()
    job_type = models.TextField(choices=JobType)
    validation_strategy = models.TextField(choices=Strategy)
    priority = models.TextField(choices=Priority, db_default=Priority.NORMAL)
    status = models.TextField(choices=JobStatus, db_default=JobStatus.RUNNING)
    execution_id = models.BigIntegerField(null=True)
    method = models.TextField(blank=True, db_default="", help_text="As reconciliation.comparing.methods names them.")
    mapping_version = models.IntegerField()
    canonical_version = models.IntegerField()
    definition = models.JSONField(help_text="The mapping as it was when the job began.")
    triggered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    source_rows = models.BigIntegerField(null=True)
    target_rows = models.BigIntegerField(null=True)
    compared_rows = models.BigIntegerField(db_default=0, help_text="Keys that were compared; a sample's size.")
    mismatch_count = models.BigIntegerField(db_default=0)
    missing_in_target = models.BigIntegerField(db_default=0)
    missing_in_source = models.BigIntegerField(db_default=0)
    data_mismatches = models.BigIntegerField(db_default=0)
    candidates = models.BigIntegerField(db_default=0, help_text="Before they were read again.")
    deferred = models.BigIntegerField(db_default=0, help_text="Written since the job began: left for the next one.")
    drift_bound_percent = models.FloatField(null=True, help_text="Of a sample without a mismatch: 3/n at 95 %.")
    detail = models.TextField(choices=Detail, db_default=Detail.FULL)
    validation_errors = models.JSONField(null=True)
    alert_fired = models.BooleanField(db_default=False)

    class Meta:
        db_table = "reconciliation_job"
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["table_name", "-created_at"], name="reconciliation_job_of_table"),
            models.Index(fields=["-created_at", "id"], name="reconciliation_job_newest"),
        ]
        constraints = [
            # one run per table at a time, also against two triggers in the same instant
            models.UniqueConstraint(
                fields=["mapping"], condition=models.Q(status=JobStatus.RUNNING), name="reconciliation_one_per_table"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.id}"


class ReconciliationRange(models.Model):
    """A half-open range of the key space, (lower, upper]; null is unbounded. Compared by one engine job."""

    job = models.ForeignKey(ReconciliationJob, models.CASCADE, related_name="ranges")
    number = models.IntegerField()
    lower = models.JSONField(null=True, help_text="A token, or the key's values as text.")
    upper = models.JSONField(null=True)
    direction = models.TextField(choices=Direction, db_default=Direction.BOTH)
    state = models.TextField(choices=RangeState, db_default=RangeState.PENDING)
    source_rows = models.BigIntegerField(null=True)
    target_rows = models.BigIntegerField(null=True)
    compared = models.BigIntegerField(db_default=0, help_text="Keys that were looked at on both sides.")
    candidates = models.BigIntegerField(db_default=0)
    differing = models.BigIntegerField(db_default=0, help_text="Candidates that differed when they were read again.")
    attempts = models.IntegerField(db_default=0)
    seconds = models.FloatField(null=True)
    error = models.TextField(blank=True, db_default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_range"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="reconciliation_range_number")]

    def __str__(self) -> str:
        return f"{self.job_id} range {self.number}"


class Coverage(models.Model):
    """A range of a mapping that was proved equal: when, by which job, under which rules."""

    mapping = models.ForeignKey(Mapping, models.CASCADE, related_name="coverage")
    job = models.ForeignKey(ReconciliationJob, models.CASCADE, related_name="+")
    mapping_version = models.IntegerField()
    canonical_version = models.IntegerField()
    lower = models.JSONField(null=True)
    upper = models.JSONField(null=True)
    rows = models.BigIntegerField()
    proved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "coverage"
        ordering = ["-proved_at"]
        indexes = [models.Index(fields=["mapping", "-proved_at"], name="reconciliation_coverage_newest")]

    def __str__(self) -> str:
        return f"{self.mapping_id} {self.lower} to {self.upper}"
