"""The plan of a batch and its progress. A plan is stored once and never recomputed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from batches.ledger.models import TransactionSource
from batches.monthend.states import WorkerStatus

from .batch import MonthEndBatch


class MonthEndInput(models.Model):
    """One source of a batch, frozen: which rows it takes and which funds they fill, in which order."""

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="inputs")
    source = models.ForeignKey(TransactionSource, on_delete=models.PROTECT, related_name="+")
    first_key = models.BigIntegerField(null=True, blank=True)
    last_key = models.BigIntegerField(null=True, blank=True, help_text="Rows with a larger key came after the plan.")
    transactions = models.BigIntegerField(db_default=0)
    entries = models.BigIntegerField(db_default=0)
    unbalanced = models.BigIntegerField(db_default=0, help_text="Rows whose allocations do not add up to the amount.")
    fund_ids = ArrayField(models.SmallIntegerField(), db_default=[])
    fund_columns = ArrayField(models.TextField(), db_default=[])
    fund_entries = ArrayField(models.BigIntegerField(), db_default=[])
    condition = models.TextField(blank=True, db_default="", help_text="The WHERE clause the plan froze, on alias t.")

    class Meta:
        db_table = "month_end_input"
        constraints = [models.UniqueConstraint(fields=["batch", "source"], name="month_end_input_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.source_id}"


class MonthEndLeaf(models.Model):
    """A detached table that takes a contiguous run of entry numbers; the commit attaches it to the journal."""

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="leaves")
    number = models.SmallIntegerField()
    table_name = models.TextField(unique=True)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    keyed_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    attached_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "month_end_leaf"
        verbose_name_plural = "month end leaves"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="month_end_leaf_once")]

    def __str__(self) -> str:
        return self.table_name


class MonthEndRange(models.Model):
    """What one worker posts: consecutive blocks with entry numbers of their own. Its row is the checkpoint."""

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="ranges")
    number = models.IntegerField()
    leaf_number = models.SmallIntegerField()
    first_block = models.IntegerField()
    last_block = models.IntegerField()
    next_block = models.IntegerField(help_text="The checkpoint: blocks before it are posted.")
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    transactions = models.BigIntegerField()
    entries = models.BigIntegerField()
    posted_transactions = models.BigIntegerField(db_default=0)
    posted_entries = models.BigIntegerField(db_default=0)
    validated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "month_end_range"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="month_end_range_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class MonthEndBlock(models.Model):
    """One chunk of a range: a span of source keys, posted by one call in one transaction.

    Fund arrays follow the order of the input's `fund_ids`. After the commit the blocks stay as the map from source keys
    to entry numbers: with them one transaction's entries are found without an index on thirty million rows.
    """

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="blocks")
    number = models.IntegerField()
    range_number = models.IntegerField()
    source = models.ForeignKey(TransactionSource, on_delete=models.PROTECT, related_name="+")
    first_key = models.BigIntegerField()
    last_key = models.BigIntegerField()
    transactions = models.BigIntegerField()
    entries = models.BigIntegerField()
    first_entry = models.BigIntegerField()
    fund_entries = ArrayField(models.BigIntegerField())
    fund_amounts = ArrayField(models.DecimalField(max_digits=20, decimal_places=2))
    fund_digests = ArrayField(models.BigIntegerField())
    posted_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.FloatField(null=True, blank=True)

    class Meta:
        db_table = "month_end_block"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="month_end_block_once")]
        indexes = [models.Index(fields=["source", "last_key"], name="month_end_block_keys")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class MonthEndWorker(models.Model):
    """One worker of a batch on one range. A lost one stays as FAILED; its replacement is a new row."""

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="workers")
    worker_id = models.IntegerField()
    range_number = models.IntegerField()
    status = models.TextField(choices=WorkerStatus.choices, db_default=WorkerStatus.ASSIGNED)
    engine_worker_id = models.BigIntegerField(null=True, blank=True)
    records_processed = models.BigIntegerField(db_default=0)
    error = models.TextField(blank=True, db_default="")
    recovery_action = models.TextField(blank=True, db_default="")
    replacement_worker_id = models.IntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    last_checkpoint_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "month_end_worker"
        ordering = ["batch", "worker_id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "worker_id"], name="month_end_worker_once"),
            # A range has one worker that is not lost, whatever else happens.
            models.UniqueConstraint(
                fields=["batch", "range_number"],
                condition=~models.Q(status=WorkerStatus.FAILED),
                name="month_end_one_worker_a_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.worker_id}"
