"""Submissions and their results. The routines of sql/processor/ are the only writers of both."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from batches.processor.states import OPEN, Priority, Status

from .registry import ModelVersion


class InferenceBatch(models.Model):
    """One submission. Its items are in the payloads of its engine jobs, a part of the items in each."""

    id = models.BigIntegerField(primary_key=True, help_text="The engine's execution that runs it.")
    batch_id = models.TextField(unique=True, help_text="Public name: the client's own, else batch_ and a random text.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="batches")
    status = models.TextField(choices=Status.choices, db_default=Status.QUEUED)
    priority = models.TextField(choices=Priority.choices)
    timeout_ms = models.IntegerField()
    metadata = models.JSONField(db_default={})
    total = models.IntegerField(help_text="Items.")
    completed = models.IntegerField(db_default=0, help_text="Items with an output.")
    failed = models.IntegerField(db_default=0, help_text="Items with an error.")
    cancelled = models.IntegerField(db_default=0, help_text="Items that were never run.")
    part_sizes = ArrayField(models.IntegerField(), help_text="Items of each part, in order.")
    compute_ms = models.FloatField(db_default=0.0, help_text="Its share of the runs that its items were in.")
    error = models.TextField(blank=True, db_default="", help_text="Why it failed.")
    reason = models.TextField(blank=True, db_default="", help_text="Why it was cancelled.")
    expires_at = models.DateTimeField()
    queued_at = models.DateTimeField(db_default=Now())
    processing_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    cancelling_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inference_batch"
        ordering = ["-id"]
        verbose_name = "inference batch"
        verbose_name_plural = "inference batches"
        indexes = [
            # only what is open: few rows, and one look in each tick of the clock
            models.Index(fields=["expires_at"], name="inference_batch_expires", condition=models.Q(status__in=OPEN)),
            models.Index(fields=["id"], name="inference_batch_open", condition=models.Q(status__in=OPEN)),
            models.Index(fields=["owner", "id"], name="inference_batch_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total__gte=models.F("completed") + models.F("failed") + models.F("cancelled")),
                name="inference_batch_counts",
            )
        ]

    def __str__(self) -> str:
        return self.batch_id

    @property
    def ended_at(self) -> datetime | None:
        """When it became final; None before."""
        return self.completed_at or self.failed_at or self.cancelled_at or self.expired_at


class InferencePart(models.Model):
    """The results of one part, written once: the first worker that has them wins."""

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(InferenceBatch, models.CASCADE, db_index=False, related_name="parts")
    number = models.IntegerField(help_text="From 1.")
    items = models.IntegerField()
    failed = models.IntegerField()
    # text: the API passes it on as it is, and nothing looks inside
    results = models.TextField(help_text="JSON array of results in the order of the items.")
    worker_id = models.IntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inference_part"
        ordering = ["batch_id", "number"]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"
