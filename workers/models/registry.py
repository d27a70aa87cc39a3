"""Who works, and on what: queues, priority classes, lanes and workers."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Queue(models.Model):
    """Jobs under one name, and the limits that all its workers keep together."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)
    horizon = models.DurationField(
        db_default=timedelta(minutes=10), help_text="How far apart weights 0 and 1 stand, as waiting time."
    )
    concurrency = models.IntegerField(null=True, help_text="Jobs that may be active at once; null for no limit.")
    rate_limit = models.IntegerField(null=True, help_text="Jobs that may start in one window; null for no limit.")
    rate_seconds = models.FloatField(null=True, help_text="Length of a window. It begins with its first job.")
    window_started_at = models.DateTimeField(null=True)
    window_used = models.IntegerField(db_default=0, help_text="Jobs that started in the present window.")
    completed = models.BigIntegerField(db_default=0, help_text="Up to the newest minute in `throughput`.")
    failed = models.BigIntegerField(db_default=0)
    cancelled = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "queue"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(concurrency__isnull=True) | models.Q(concurrency__gte=1), name="queue_concurrency"
            ),
            models.CheckConstraint(
                condition=models.Q(rate_limit__isnull=True, rate_seconds__isnull=True)
                | models.Q(rate_limit__gte=1, rate_seconds__gt=0),
                name="queue_rate",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QueuePause(models.Model):
    """Nothing is claimed from the queue, or from any queue when none is named, until it is resumed or time is up."""

    queue = models.ForeignKey(Queue, models.CASCADE, null=True, related_name="pauses")
    paused_at = models.DateTimeField(db_default=Now())
    paused_by = models.TextField()
    reason = models.TextField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "queue_pause"
        constraints = [models.UniqueConstraint(fields=["queue"], name="queue_pause_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return self.queue.name if self.queue else "all queues"


class PriorityClass(models.Model):
    """A job goes before those of a lighter class that became due less than (its weight - theirs) * horizon earlier."""

    name = models.TextField(primary_key=True)
    weight = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, help_text="Null: its jobs run while no others wait."
    )

    class Meta:
        db_table = "priority_class"
        ordering = [models.F("weight").desc(nulls_last=True)]
        verbose_name_plural = "priority classes"
        constraints = [
            models.CheckConstraint(condition=models.Q(weight__gte=0, weight__lte=1), name="priority_class_weight")
        ]

    def __str__(self) -> str:
        return self.name


class Lane(models.Model):
    """Jobs that the same workers may take and that share a priority class."""

    id = models.AutoField(primary_key=True)
    queue = models.ForeignKey(Queue, models.PROTECT)
    priority = models.ForeignKey(PriorityClass, models.PROTECT, db_column="priority")
    type = models.TextField()
    labels = ArrayField(models.TextField(), db_default=[], help_text="Capabilities that a worker must have; sorted.")
    comparisons = models.JSONField(
        db_default=[], help_text="[[name, operator, value]] that a worker's metadata must satisfy; sorted."
    )

    internal = models.BooleanField(
        db_default=False, help_text="The product's own: only workers with a session of ours may take its jobs."
    )

    class Meta:
        db_table = "lane"
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "type", "priority", "labels", "comparisons", "internal"], name="lane_identity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.type} {self.priority_id}"


class Worker(models.Model):
    """One registration. A worker that comes back after it was given up registers anew and gets another id."""

    id = models.AutoField(primary_key=True)
    name = models.TextField()
    hostname = models.TextField()
    pid = models.IntegerField(null=True)
    has_session = models.BooleanField(help_text="Alive while its session holds advisory lock (1, id).")
    slots = models.IntegerField()
    queues = ArrayField(models.TextField())
    types = ArrayField(models.TextField(), null=True, help_text="Job types it can run; null for any.")
    prefetch = models.JSONField(db_default={}, help_text="Job type -> how many of its jobs one slot takes at once.")
    capabilities = ArrayField(models.TextField(), db_default=[], help_text="Labels that jobs may require.")
    metadata = models.JSONField(db_default={}, help_text="Facts that the comparisons of jobs are about.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    lease_time = models.DurationField(db_default=timedelta(seconds=30))
    current_load = models.IntegerField(null=True, help_text="Jobs it was running at the last heartbeat.")
    cpu_percent = models.FloatField(null=True)
    memory_mb = models.FloatField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    last_heartbeat = models.DateTimeField(db_default=Now())
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.TextField(null=True)  # noqa: DJ001  no reason yet is not an empty reason

    class Meta:
        db_table = "worker"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(stopped_at__isnull=True), name="worker_name_once"
            ),
            models.CheckConstraint(condition=models.Q(slots__gte=1), name="worker_slots"),
        ]

    def __str__(self) -> str:
        return self.name
