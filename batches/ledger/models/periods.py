"""Accounting periods, who may post into a closed one, and what must be done before a month can close."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class PeriodStatus(models.TextChoices):
    FUTURE = "FUTURE"  # known, takes no entries yet
    OPEN = "OPEN"  # takes entries
    CLOSING = "CLOSING"  # the close has begun; takes the entries of month-end batches
    CLOSED = "CLOSED"  # takes none without an exception; the latest one can be reopened
    LOCKED = "LOCKED"  # takes none without an exception; never reopens


class AccountingPeriod(models.Model):
    """A month of the books. Its status moves only along the rows of `accounting_period_move`."""

    id = models.AutoField(primary_key=True)
    code = models.TextField(db_collation="C")
    start_date = models.DateField()
    end_date = models.DateField()
    status = models.TextField(choices=PeriodStatus.choices, default=PeriodStatus.OPEN)
    status_changed_at = models.DateTimeField()

    class Meta:
        db_table = "accounting_period"
        ordering = ["-start_date"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="accounting_period_code_key"),
            models.UniqueConstraint(fields=["start_date"], name="accounting_period_start_date_key"),
            models.CheckConstraint(condition=Q(status__in=PeriodStatus.values), name="accounting_period_status_known"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="accounting_period_dates"),
        ]

    def __str__(self) -> str:
        return self.code


class AccountingPeriodMove(models.Model):
    """A legal move of a period's status. The trigger on `accounting_period` refuses every other (TU203)."""

    from_status = models.TextField(choices=PeriodStatus.choices)
    to_status = models.TextField(choices=PeriodStatus.choices)

    class Meta:
        db_table = "accounting_period_move"
        constraints = [
            models.UniqueConstraint(fields=["from_status", "to_status"], name="accounting_period_move_key"),
        ]

    def __str__(self) -> str:
        return f"{self.from_status} to {self.to_status}"


class PeriodException(models.Model):
    """Leave for one user to post into a closed or locked period, for a reason and until a moment."""

    period = models.ForeignKey(AccountingPeriod, on_delete=models.PROTECT, related_name="exceptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "period_exception"
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="period_exception_times"),
            models.CheckConstraint(condition=~Q(reason=""), name="period_exception_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.period} for {self.user} until {self.ends_at:%Y-%m-%d %H:%M}"


class PrerequisiteKind(models.Model):
    """A batch of another system that must be complete before a month can close, like AP_CLOSE."""

    code = models.TextField(primary_key=True, db_collation="C")
    name = models.TextField()
    required = models.BooleanField(default=True, help_text="A month closes without those that aren't required.")

    class Meta:
        db_table = "prerequisite_kind"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class PrerequisiteStatus(models.TextChoices):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"


class Prerequisite(models.Model):
    """One kind's state for one period."""

    period = models.ForeignKey(AccountingPeriod, on_delete=models.CASCADE, related_name="prerequisites")
    code = models.TextField(db_collation="C")
    status = models.TextField(choices=PrerequisiteStatus.choices, default=PrerequisiteStatus.PENDING)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "prerequisite"
        ordering = ["period", "code"]
        constraints = [
            models.UniqueConstraint(fields=["period", "code"], name="prerequisite_period_code_key"),
            models.CheckConstraint(
                condition=Q(status=PrerequisiteStatus.PENDING, completed_at__isnull=True)
                | Q(status=PrerequisiteStatus.COMPLETED, completed_at__isnull=False),
                name="prerequisite_completed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.code}"
