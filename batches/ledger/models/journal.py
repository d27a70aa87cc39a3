"""The journal and what is summed from it. Only the commit of a month-end batch adds to these tables."""

from django.db import models
from django.db.models import Q

from batches.ledger.models.chart import Account, Fund, TransactionSource
from batches.ledger.models.periods import AccountingPeriod


def unkept(model: type[models.Model], *, db_column: str | None = None) -> models.ForeignKey:  # type: ignore[type-arg]
    """A reference that the database doesn't check: checking 30 million of them one by one costs four times the load."""
    return models.ForeignKey(
        model, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", db_column=db_column
    )


class JournalEntry(models.Model):
    """One fund's share of one transaction, debited to one account and credited to another.

    The table is partitioned by entry number and made in SQL: each committed batch is a few leaves of it. Its triggers
    refuse every change of what is posted, and every row that doesn't come by a batch's commit.
    """

    entry_number = models.BigIntegerField(primary_key=True)
    source_id = models.BigIntegerField(help_text="Key of the source row.")
    posting_date = models.DateField()
    batch_id = models.IntegerField()
    source_type = unkept(TransactionSource, db_column="source_type")
    fund = unkept(Fund)
    debit_account = unkept(Account)
    credit_account = unkept(Account)
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        db_table = "journal_entry"
        managed = False
        verbose_name_plural = "journal entries"

    def __str__(self) -> str:
        return str(self.entry_number)


class PeriodBalance(models.Model):
    """What one period's entries moved on one account for one fund."""

    period = models.ForeignKey(AccountingPeriod, on_delete=models.PROTECT, related_name="balances")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    debit = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    credit = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    entries = models.BigIntegerField(default=0)

    class Meta:
        db_table = "period_balance"
        constraints = [
            models.UniqueConstraint(fields=["period", "account", "fund"], name="period_balance_key"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.account} {self.fund}"


class FundTotal(models.Model):
    """How much of a source's transactions went to a fund in a period."""

    period = models.ForeignKey(AccountingPeriod, on_delete=models.PROTECT, related_name="fund_totals")
    source_type = models.ForeignKey(
        TransactionSource, on_delete=models.PROTECT, related_name="+", db_column="source_type"
    )
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    entries = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=20, decimal_places=2, default=0)

    class Meta:
        db_table = "fund_total"
        constraints = [
            models.UniqueConstraint(fields=["period", "source_type", "fund"], name="fund_total_key"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.source_type} {self.fund}"


class EntryNumberCounter(models.Model):
    """The next free entry number: a single row, locked only while a batch reserves its whole range."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    next_number = models.BigIntegerField(default=1)

    class Meta:
        db_table = "entry_number_counter"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="entry_number_counter_one_row"),
            models.CheckConstraint(condition=Q(next_number__gte=1), name="entry_number_counter_from_one"),
        ]

    def __str__(self) -> str:
        return str(self.next_number)
