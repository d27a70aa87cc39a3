"""What the processor did, by minute: what happened lately as it was reported, and older minutes folded into a row each.

Whatever runs adds rows and waits for nobody; `processor.fold_figures` moves them into minutes and totals.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from batches.processor.states import Status


class InferenceRun(models.Model):
    """One run of a model over some items, until it is folded."""

    id = models.BigAutoField(primary_key=True)
    ended_at = models.DateTimeField(db_default=Now())
    model = models.TextField(help_text="With its version, as in model-v1.0; so everywhere here.")
    items = models.IntegerField()
    compute_ms = models.FloatField()
    queue_ms = ArrayField(models.FloatField(), help_text="From the submission of items until the run began.")
    queue_items = ArrayField(
        models.IntegerField(), help_text="How many items waited so long; items of a batch share it."
    )

    class Meta:
        db_table = "inference_run"

    def __str__(self) -> str:
        return f"{self.model}: {self.items} items"


class InferenceBatchEvent(models.Model):
    """A batch was submitted (its status is `queued`) or has ended, until it is folded. Written by the trigger of
    `processor.note_batch` alone."""

    id = models.BigAutoField(primary_key=True)
    happened_at = models.DateTimeField(db_default=Now())
    model = models.TextField()
    status = models.TextField(choices=Status.choices)
    seconds = models.FloatField(null=True, help_text="From submission to end.")
    completed_items = models.IntegerField(db_default=0, help_text="With an output, once it has ended.")
    failed_items = models.IntegerField(db_default=0, help_text="With an error, once it has ended.")

    class Meta:
        db_table = "inference_batch_event"

    def __str__(self) -> str:
        return f"{self.model}: {self.status}"


class Figures(models.Model):
    """Sums, and counts by time as `processor.time_bounds` parts it."""

    submitted = models.BigIntegerField(db_default=0, help_text="Batches.")
    completed = models.BigIntegerField(db_default=0)
    failed = models.BigIntegerField(db_default=0)
    cancelled = models.BigIntegerField(db_default=0)
    expired = models.BigIntegerField(db_default=0)
    batch_seconds = models.FloatField(db_default=0.0, help_text="Of the batches that ended.")
    batch_times = ArrayField(models.BigIntegerField(), help_text="Batches that ended.")
    completed_items = models.BigIntegerField(db_default=0, help_text="With an output, of the batches that ended.")
    failed_items = models.BigIntegerField(db_default=0, help_text="With an error, of the batches that ended.")
    runs = models.BigIntegerField(db_default=0)
    items = models.BigIntegerField(db_default=0, help_text="Of all runs; what was run again counts again.")
    compute_ms = models.FloatField(db_default=0.0, help_text="Of all runs.")
    queue_ms = models.FloatField(db_default=0.0, help_text="Of all items.")
    latency_ms = models.FloatField(db_default=0.0, help_text="Of all items: queue time and compute time.")

    class Meta:
        abstract = True


class InferenceMinute(Figures):
    """A minute of a model; kept for a fortnight."""

    pk = models.CompositePrimaryKey("minute", "model")
    minute = models.DateTimeField()
    model = models.TextField()
    latencies = ArrayField(models.BigIntegerField(), help_text="Items.")
    queue_times = ArrayField(models.BigIntegerField(), help_text="Items.")
    compute_times = ArrayField(models.BigIntegerField(), help_text="Runs.")
    batch_sizes = ArrayField(models.BigIntegerField(), help_text="Runs, of 1, up to 3, up to 7 items and so on.")

    class Meta:
        db_table = "inference_minute"

    def __str__(self) -> str:
        return f"{self.model} {self.minute:%d %H:%M}"


class InferenceTotal(Figures):
    """All minutes of a model that were ever folded. Its counts never go down."""

    model = models.TextField(primary_key=True)

    class Meta:
        db_table = "inference_total"
        ordering: ClassVar = ["model"]

    def __str__(self) -> str:
        return self.model
