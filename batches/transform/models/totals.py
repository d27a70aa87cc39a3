"""What all batches that ever ended came to, kept beyond the batches themselves."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class TransformTotal(models.Model):
    """Counters of one version of a pipeline, that never go down. `transform.count_ended_batch` alone writes them.

    Each version has several rows, of which an ending batch takes any: so batches that end together don't wait for
    each other. No foreign key: counters outlive the pipeline.
    """

    pk = models.CompositePrimaryKey("version_id", "shard")
    version_id = models.BigIntegerField()
    shard = models.SmallIntegerField()
    batches = models.BigIntegerField(db_default=0)
    processed = models.BigIntegerField(db_default=0, help_text="Items.")
    errors = models.BigIntegerField(db_default=0, help_text="Items with an error, and batches that failed otherwise.")
    duration = models.FloatField(db_default=0.0, help_text="Seconds of all batches from start to end.")
    within = ArrayField(
        models.BigIntegerField(), help_text="Batches whose duration is within each bound of the histogram."
    )
    work_items = models.BigIntegerField(
        db_default=0, help_text="Items of the batches that are large enough to measure."
    )
    work_seconds = models.FloatField(db_default=0.0, help_text="What the pipeline itself took for them.")

    class Meta:
        db_table = "transform_total"

    def __str__(self) -> str:
        return f"version {self.version_id} shard {self.shard}"
