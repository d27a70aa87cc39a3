"""What was read from files: one row for each file, one for each line that was refused."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from batches.ledger.models.chart import TransactionSource


class ImportStatus(models.TextChoices):
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class TransactionImport(models.Model):
    """One file read into a source's table. Read = imported + skipped + rejected, always."""

    source = models.ForeignKey(TransactionSource, on_delete=models.PROTECT, related_name="imports")
    file_name = models.TextField()
    status = models.TextField(choices=ImportStatus.choices, default=ImportStatus.RUNNING)
    rows_read = models.BigIntegerField(default=0)
    rows_imported = models.BigIntegerField(default=0)
    rows_skipped = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "transaction_import"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rows_read=F("rows_imported") + F("rows_skipped") + F("rows_rejected")),
                name="transaction_import_adds_up",
            ),
            models.CheckConstraint(condition=Q(status__in=ImportStatus.values), name="transaction_import_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"


class ImportReject(models.Model):
    """A line that was refused, with the column at fault and why."""

    import_of = models.ForeignKey(
        TransactionImport, on_delete=models.CASCADE, related_name="rejects", db_column="import_id", db_index=False
    )
    line_number = models.BigIntegerField()
    column_name = models.TextField()
    reason = models.TextField()
    line = models.TextField()

    class Meta:
        db_table = "import_reject"
        ordering = ["import_of", "line_number"]
        constraints = [
            models.UniqueConstraint(fields=["import_of", "line_number"], name="import_reject_line_key"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_number}: {self.column_name}: {self.reason}"
