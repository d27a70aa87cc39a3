"""A batch of items, and the chunks that the engine works on."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from batches.transform.states import ChunkState, OnError, Status

from .pipelines import PipelineVersion


class TransformBatch(models.Model):
    """Items that one caller sent together. `execution_id` is the engine's execution; none where the request did it."""

    batch_id = models.TextField(unique=True, help_text="Public name: batch_ and a random part.")
    owner = models.TextField(help_text="Whose limits count: the key, else the user, else the address.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    version = models.ForeignKey(PipelineVersion, models.PROTECT, related_name="batches")
    status = models.TextField(choices=Status, db_default=Status.QUEUED)
    on_error = models.TextField(choices=OnError, db_default=OnError.FAIL)
    parallel = models.BooleanField(db_default=True, help_text="Whether chunks may be worked on at the same time.")
    batch_size = models.IntegerField(db_default=100, help_text="Items of a chunk.")
    total = models.IntegerField(help_text="Items sent.")
    processed = models.IntegerField(db_default=0, help_text="Items dealt with: results, filtered and failed.")
    filtered = models.IntegerField(db_default=0, help_text="Items that a filter took out.")
    failed = models.IntegerField(db_default=0, help_text="Items with an error.")
    error = models.JSONField(null=True, blank=True, help_text="Why it failed: an error body without values of items.")
    execution_id = models.BigIntegerField(null=True, blank=True)
    idempotency_key = models.TextField(null=True, blank=True)  # noqa: DJ001  no key is not an empty key
    body_digest = models.BinaryField(null=True, help_text="SHA-256 of the request that came with the key.")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True, help_text="When it ended, however it did.")
    duration = models.FloatField(null=True, blank=True, help_text="Seconds from start to end.")
    work_seconds = models.FloatField(db_default=0.0, help_text="What the pipeline itself took.")
    process = models.TextField(blank=True, db_default="", help_text="Host and process that worked on it last.")
    memory_bytes = models.BigIntegerField(null=True, blank=True, help_text="The most that such a process held.")

    class Meta:
        db_table = "transform_batch"
        verbose_name_plural = "transform batches"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False),
                name="transform_batch_idempotency",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="transform_batch_status"),
        ]
        indexes = [
            # the few that go on, among all that are kept: transform.fail_abandoned looks through them
            models.Index(
                fields=["owner"],
                condition=models.Q(status__in=[Status.QUEUED, Status.PROCESSING]),
                name="transform_batch_running",
            ),
            models.Index(fields=["-created_at"], name="transform_batch_newest"),
            # memory of those that ended lately, and what is past its retention
            models.Index(fields=["completed_at"], name="transform_batch_ended"),
        ]

    def __str__(self) -> str:
        return self.batch_id


class TransformChunk(models.Model):
    """Consecutive items of a batch: one job of the engine.

    Items and results are JSON as bytes: jsonb would lose the order of members and refuse a NUL in a string.
    """

    batch = models.ForeignKey(TransformBatch, models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField(help_text="Counts from 0.")
    first_row = models.IntegerField(help_text="Row of the batch that the chunk begins with; rows count from 0.")
    size = models.IntegerField(help_text="Items in it.")
    items = models.BinaryField(help_text="A JSON array; empty once they are no longer needed.")
    results = models.BinaryField(null=True, help_text="A JSON array.")
    result_count = models.IntegerField(db_default=0)
    filtered = models.IntegerField(db_default=0)
    errors = models.JSONField(default=list, help_text="Row, field and reason of each bad item; never a value.")
    state = models.TextField(choices=ChunkState, db_default=ChunkState.PENDING)
    seconds = models.FloatField(db_default=0.0, help_text="What the pipeline took.")
    process = models.TextField(blank=True, db_default="", help_text="Host and process that did it.")
    memory_bytes = models.BigIntegerField(null=True, blank=True, help_text="What that process held afterwards.")

    class Meta:
        db_table = "transform_chunk"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="transform_chunk_number")]

    def __str__(self) -> str:
        return f"{self.batch_id} chunk {self.number}"
