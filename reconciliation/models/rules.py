"""Differences that are expected."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .mappings import Mapping


class IgnoreRule(models.Model):
    """Leaves a column out of the comparison, or whole rows that a predicate names, until it expires."""

    mapping = models.ForeignKey(Mapping, models.CASCADE, related_name="rules")
    column = models.TextField(blank=True, db_default="", help_text="Target column to leave out.")
    predicate = models.JSONField(null=True, help_text="[{column, operator, value}]: rows where all of them hold.")
    reason = models.TextField()
    enabled = models.BooleanField(db_default=True)
    hits = models.BigIntegerField(db_default=0)
    last_hit_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="Null: never.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ignore_rule"
        ordering = ["mapping_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(column="", predicate__isnull=False)
                | (~models.Q(column="") & models.Q(predicate__isnull=True)),
                name="ignore_rule_column_or_predicate",
            )
        ]

    def __str__(self) -> str:
        return self.reason
