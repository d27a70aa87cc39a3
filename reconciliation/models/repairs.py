"""Repairs of the target, each with what it found and what it left."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .mismatches import Mismatch


class Repair(models.Model):
    """One row of the target that was made like the source's, or why that was refused."""

    class Action(models.TextChoices):
        INSERT = "insert"
        UPDATE = "update"
        DELETE = "delete"

    class Outcome(models.TextChoices):
        APPLIED = "applied"
        REFUSED = "refused"  # a side moved, or the rules forbid it
        FAILED = "failed"

    mismatch = models.ForeignKey(Mismatch, models.PROTECT, related_name="repairs")
    action = models.TextField(choices=Action)
    outcome = models.TextField(choices=Outcome)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    note = models.TextField(blank=True, db_default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "repair"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome}"
