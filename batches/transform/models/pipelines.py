"""What is done to items: pipelines, and the versions of each."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Pipeline(models.Model):
    """A named way to transform items. One is the default: it does what comes without a name."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True, help_text="Small letters, digits, hyphens and underscores.")
    description = models.TextField(blank=True, db_default="")
    is_default = models.BooleanField(db_default=False, help_text="Does the batches that name no pipeline.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pipeline"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="pipeline_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PipelineVersion(models.Model):
    """The steps of a pipeline as somebody once wrote them. Steps never change: a change is another version."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="versions")
    number = models.IntegerField(help_text="Counts from 1 within the pipeline.")
    steps = models.JSONField(help_text="A list of objects; `op` says which step each is.")
    sensitive = models.JSONField(default=list, help_text="Fields of the items that may leave masked only.")
    active = models.BooleanField(db_default=False, help_text="The one that new batches use.")
    note = models.TextField(blank=True, db_default="", help_text="What changed, and why.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pipeline_version"
        ordering = ["pipeline", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "number"], name="pipeline_version_number"),
            models.UniqueConstraint(
                fields=["pipeline"], condition=models.Q(active=True), name="pipeline_version_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pipeline.name} version {self.number}"
