"""What proves a batch: totals read back from its leaves, the checks, and the certificate."""

from django.db import models
from django.db.models.functions import Now

from batches.ledger.models import TransactionSource
from batches.monthend.states import CheckStatus, Layer

from .batch import MonthEndBatch


class MonthEndPostedTotal(models.Model):
    """What one range really holds, read from its leaf: one row for each source, fund and pair of accounts.

    `source_digest` covers (source key, amount) and equals the plan's; `entry_digest` covers every column.
    """

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="posted_totals")
    range_number = models.IntegerField()
    source = models.ForeignKey(TransactionSource, on_delete=models.PROTECT, related_name="+")
    fund_id = models.SmallIntegerField()
    debit_account_id = models.SmallIntegerField()
    credit_account_id = models.SmallIntegerField()
    entries = models.BigIntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    source_digest = models.BigIntegerField()
    entry_digest = models.BigIntegerField()

    class Meta:
        db_table = "month_end_posted_total"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "range_number", "source", "fund_id", "debit_account_id", "credit_account_id"],
                name="month_end_posted_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.range_number}"


class MonthEndValidation(models.Model):
    """How one check of one layer ended."""

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="validations")
    layer = models.TextField(choices=Layer.choices)
    name = models.TextField()
    range_number = models.IntegerField(null=True, blank=True, help_text="Set for the per-worker layer.")
    status = models.TextField(choices=CheckStatus.choices)
    message = models.TextField()
    details = models.JSONField(db_default={}, help_text="expected, actual, difference and the like, as the API shows.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "month_end_validation"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "layer", "name", "range_number"],
                name="month_end_validation_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.layer}/{self.name}: {self.status}"


class MonthEndCertificate(models.Model):
    """The proof of a committed batch: a document, its SHA-256, and the link to the one before. Never edited."""

    batch = models.OneToOneField(MonthEndBatch, on_delete=models.PROTECT, related_name="certificate")
    number = models.BigIntegerField(unique=True, help_text="Gapless place in the chain.")
    version = models.SmallIntegerField(help_text="Which fields are hashed, and how.")
    body = models.TextField(help_text="The document, as the exact text that was hashed.")
    digest = models.TextField(help_text="SHA-256 of the body, in hexadecimal.")
    previous_digest = models.TextField(blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "month_end_certificate"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"certificate {self.number} of {self.batch_id}"
