"""What all jobs that ever ended came to, kept beyond the jobs themselves."""

from django.db import models


class ReconciliationTotal(models.Model):
    """Counters of one table. Written by the trigger of `reconciliation.count_ended_job` alone; they never go down."""

    table_name = models.TextField(primary_key=True)
    completed = models.BigIntegerField(db_default=0)
    failed = models.BigIntegerField(db_default=0)
    missing_in_target = models.BigIntegerField(db_default=0)
    missing_in_source = models.BigIntegerField(db_default=0)
    data_mismatches = models.BigIntegerField(db_default=0)
    seconds = models.FloatField(db_default=0.0, help_text="Of the completed ones.")
    within_10 = models.BigIntegerField(db_default=0, help_text="Completed ones that took at most so many seconds.")
    within_30 = models.BigIntegerField(db_default=0)
    within_60 = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "reconciliation_total"

    def __str__(self) -> str:
        return self.table_name
