"""The batch: one close of one period, from initiation to its end."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from batches.ledger.models import AccountingPeriod
from batches.monthend.states import BatchType, Phase, Status


class MonthEndBatch(models.Model):
    """One close (or dry run, or reversal) of one accounting period."""

    id = models.AutoField(primary_key=True)
    batch_id = models.TextField(unique=True, help_text="Public name: 2025-01-MONTHEND, then -2, -3.")
    period = models.ForeignKey(AccountingPeriod, on_delete=models.PROTECT, related_name="batches")
    batch_type = models.TextField(choices=BatchType.choices, db_default=BatchType.COMBINED)
    dry_run = models.BooleanField(db_default=False)
    worker_count = models.IntegerField(help_text="Ranges the plan cuts the month into, 1 to 1000.")
    status = models.TextField(choices=Status.choices, db_default=Status.PREPARING)
    phase = models.TextField(choices=Phase.choices, db_default=Phase.PRE_FLIGHT)
    holds_ledger = models.BooleanField(
        db_default=True, help_text="Has entry numbers or leaves that no other batch may overtake."
    )
    reverses = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals")
    execution_id = models.BigIntegerField(null=True, blank=True, help_text="The engine's execution that runs it.")
    expected_transactions = models.BigIntegerField(db_default=0)
    expected_entries = models.BigIntegerField(db_default=0)
    expected_amount = models.DecimalField(
        max_digits=20, decimal_places=2, null=True, blank=True, help_text="Known once planned."
    )
    first_entry = models.BigIntegerField(null=True, blank=True)
    last_entry = models.BigIntegerField(null=True, blank=True)
    rules = models.JSONField(null=True, blank=True, help_text="The posting rules as frozen by the plan.")
    rules_fingerprint = models.TextField(blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="", help_text="Why it failed, was aborted or reverses.")
    keep_leaves = models.BooleanField(db_default=False, help_text="Aborted without rollback: leaves kept detached.")
    initiated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    initiated_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True, help_text="First range began to post.")
    posted_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    commit_lock_ms = models.FloatField(null=True, blank=True, help_text="How long the commit held its locks.")

    class Meta:
        db_table = "month_end_batch"
        verbose_name = "batch"
        verbose_name_plural = "batches"
        ordering = ["-id"]
        constraints = [
            # One batch at a time, also against two initiations in the same instant.
            models.UniqueConstraint(
                fields=["holds_ledger"], condition=models.Q(holds_ledger=True), name="month_end_one_batch_at_a_time"
            ),
            # A batch is reversed once; a reversal that was aborted does not count.
            models.UniqueConstraint(
                fields=["reverses"], condition=models.Q(status=Status.COMMITTED), name="month_end_reversed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(worker_count__gte=1, worker_count__lte=1000), name="month_end_worker_count"
            ),
        ]

    def __str__(self) -> str:
        return self.batch_id


class MonthEndMove(models.Model):
    """A legal move of a batch's status; the trigger on `month_end_batch` refuses the rest."""

    from_status = models.TextField(choices=Status.choices)
    to_status = models.TextField(choices=Status.choices)

    class Meta:
        db_table = "month_end_move"
        constraints = [models.UniqueConstraint(fields=["from_status", "to_status"], name="month_end_move_once")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class MonthEndEvent(models.Model):
    """One line of a batch's timeline."""

    batch = models.ForeignKey(MonthEndBatch, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    name = models.TextField(help_text="counted, planned, posted, keyed, validated, committed, ...")
    message = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "month_end_event"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"
