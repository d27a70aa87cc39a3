"""Who works, and on what: queues, priority classes, lanes and workers."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Queue(models.Model):
    id = models.SmallAutoField(primary_key=True)
    name = models.TextField(unique=True)
    horizon = models.DurationField(
        db_default=timedelta(minutes=10), help_text="How far apart weights 0 and 1 stand, as waiting time."
    )

    class Meta:
        db_table = "queue"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PriorityClass(models.Model):
    """A job goes before those of a lighter class that became due less than (its weight - theirs) * horizon earlier."""

    name = models.TextField(primary_key=True)
    weight = models.DecimalField(max_digits=3, decimal_places=2)

    class Meta:
        db_table = "priority_class"
        ordering = ["-weight"]
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

    class Meta:
        db_table = "lane"
        constraints = [models.UniqueConstraint(fields=["queue", "type", "priority"], name="lane_identity")]

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
    lease_time = models.DurationField(db_default=timedelta(seconds=30))
    load = models.FloatField(null=True, help_text="Busy slots divided by slots, at the last heartbeat.")
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
