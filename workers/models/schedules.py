"""What is started by the clock."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Overlap(models.TextChoices):
    """What happens when a run is due and the one before has not ended."""

    SKIP = "skip"
    ALLOW = "allow"
    CANCEL = "cancel"  # the older one is cancelled


class CatchUp(models.TextChoices):
    """What happens with runs that were due while nobody enqueued them."""

    NONE = "none"
    LATEST = "latest"  # the newest of them
    ALL = "all"


class Schedule(models.Model):
    """Jobs to submit again and again: every so many seconds, or by a cron line in a time zone."""

    name = models.TextField(unique=True)
    workflow = models.TextField()
    jobs = models.JSONField(help_text="As the body of an execution has them.")
    parallelism = models.IntegerField(null=True)
    interval_seconds = models.FloatField(null=True)
    cron = models.TextField(null=True)  # noqa: DJ001  either this or the interval
    time_zone = models.TextField(db_default="UTC")
    overlap = models.TextField(choices=Overlap, db_default=Overlap.SKIP)
    catch_up = models.TextField(choices=CatchUp, db_default=CatchUp.LATEST)
    enabled = models.BooleanField(db_default=True)
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True, help_text="Null once nothing is to come.")
    last_run_at = models.DateTimeField(null=True)
    skipped = models.IntegerField(db_default=0, help_text="Runs left out by the overlap or the catch-up rule.")
    last_error = models.TextField(null=True)  # noqa: DJ001  no error is not an empty one
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "schedule"
        ordering = ["name"]
        indexes = [
            models.Index(fields=["next_run_at"], name="schedule_due", condition=models.Q(enabled=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(interval_seconds__isnull=True, cron__isnull=False)
                | models.Q(interval_seconds__gt=0, cron__isnull=True),
                name="schedule_interval_or_cron",
            ),
            models.CheckConstraint(
                condition=models.Q(parallelism__isnull=True) | models.Q(parallelism__gte=1),
                name="schedule_parallelism",
            ),
        ]

    def __str__(self) -> str:
        return self.name
