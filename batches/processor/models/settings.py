"""What is configured while it runs, and how full the queue is."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ProcessorSetting(models.Model):
    """One row. Null: the environment variable of that name."""

    id = models.AutoField(primary_key=True)
    max_batch_size = models.IntegerField(null=True, help_text="Items that one run of a model takes at most.")
    max_wait_time_ms = models.FloatField(null=True, help_text="How long a batch that isn't full may wait for more.")
    enable_dynamic_batching = models.BooleanField(null=True, help_text="Off: each item runs by itself.")
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "processor_setting"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="processor_setting_one"),
            models.CheckConstraint(
                condition=models.Q(max_batch_size__isnull=True)
                | models.Q(max_batch_size__gte=1, max_batch_size__lte=1000),
                name="processor_setting_max_batch_size",
            ),
            models.CheckConstraint(
                condition=models.Q(max_wait_time_ms__isnull=True)
                | models.Q(max_wait_time_ms__gte=0, max_wait_time_ms__lte=60_000),
                name="processor_setting_max_wait_time_ms",
            ),
        ]

    def __str__(self) -> str:
        return "settings of the batch processor"


class QueuePlace(models.Model):
    """A share of the queue's size. The items in the queue are the sum over all rows; there are several so that
    submissions don't wait for each other's commit."""

    id = models.SmallIntegerField(primary_key=True)
    used = models.IntegerField(db_default=0, help_text="Items; below zero where more left than came.")

    class Meta:
        db_table = "queue_place"

    def __str__(self) -> str:
        return str(self.pk)
