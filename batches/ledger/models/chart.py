"""The chart of accounts, the funds, and the rules that turn a fund's share of a transaction into two accounts."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q


class AccountKind(models.TextChoices):
    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    FUND = "FUND"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


class Account(models.Model):
    """One account of the chart, like 1010-001 Bank."""

    id = models.SmallAutoField(primary_key=True)
    code = models.TextField(db_collation="C")
    name = models.TextField()
    kind = models.TextField(choices=AccountKind.choices)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "account"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="account_code_key"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Fund(models.Model):
    """A participants' or operator's fund. Funds are rows: an insurer with other funds changes these, not the code."""

    id = models.SmallAutoField(primary_key=True)
    code = models.TextField(db_collation="C")
    name = models.TextField()
    position = models.SmallIntegerField(default=0, help_text="Order in reports, smallest first.")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "fund"
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["code"], name="fund_code_key")]

    def __str__(self) -> str:
        return self.code


class ClaimType(models.Model):
    """A kind of claim that an import takes."""

    code = models.TextField(primary_key=True, db_collation="C")
    name = models.TextField()
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "claim_type"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class BatchType(models.TextChoices):
    PREMIUM = "PREMIUM"
    CLAIMS = "CLAIMS"


class TransactionSource(models.Model):
    """A relation of upstream transactions that the month-end close posts: its name and its columns' names."""

    id = models.SmallAutoField(primary_key=True)
    code = models.TextField(db_collation="C")
    name = models.TextField()
    batch_type = models.TextField(choices=BatchType.choices)
    relation = models.TextField(help_text="Table, partitioned table, view or foreign table.")
    key_column = models.TextField(default="id", help_text="Unique bigint column.")
    reference_column = models.TextField(help_text="Upstream's own id, shown to people.")
    date_column = models.TextField()
    amount_column = models.TextField()
    status_column = models.TextField()
    product_column = models.TextField(null=True, blank=True)  # noqa: DJ001  a source without products has no such column
    fund_columns = models.JSONField(help_text='Ordered pairs of fund and column: [["TABARRU", "fund_tabarru"], ...].')
    postable_statuses = ArrayField(models.TextField())
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "transaction_source"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="transaction_source_code_key"),
            models.CheckConstraint(condition=Q(batch_type__in=BatchType.values), name="transaction_source_batch_type"),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse fund columns that aren't pairs of a known fund and a column name."""
        pairs: Any = self.fund_columns
        if not isinstance(pairs, list) or not pairs:
            raise ValidationError({"fund_columns": 'Write a list of pairs such as [["TABARRU", "fund_tabarru"]].'})
        for pair in pairs:
            if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) and part for part in pair)):
                raise ValidationError({"fund_columns": f"{pair!r} is not a pair of a fund code and a column name."})
        unknown = {pair[0] for pair in pairs} - set(Fund.objects.values_list("code", flat=True))
        if unknown:
            raise ValidationError({"fund_columns": f"No fund has the code {', '.join(sorted(unknown))}. Add it first."})


class PostingRule(models.Model):
    """Which accounts a fund's share of a source's transactions moves, from one date to another (both included).

    A rule with a product goes before the one without. Two rules of one source, fund and product never overlap: the
    exclusion constraint `posting_rule_no_overlap` holds that in the database.
    """

    source = models.ForeignKey(TransactionSource, on_delete=models.PROTECT, related_name="rules")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="rules")
    product_code = models.TextField(  # noqa: DJ001  null is "every product"
        null=True, blank=True, db_collation="C", help_text="Leave empty for every product without a rule of its own."
    )
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="Last day the rule holds; empty while it has no end.")

    class Meta:
        db_table = "posting_rule"
        ordering = ["source", "fund__position", "product_code", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(debit_account=F("credit_account")),
                name="posting_rule_two_accounts",
                violation_error_message="Debit and credit must be two different accounts.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="posting_rule_valid_dates",
                violation_error_message="The last valid day is before the first.",
            ),
            models.CheckConstraint(condition=~Q(product_code=""), name="posting_rule_product_not_empty"),
        ]

    def __str__(self) -> str:
        product = f" {self.product_code}" if self.product_code else ""
        return f"{self.source.code} {self.fund.code}{product} from {self.valid_from}"

    def clean(self) -> None:
        """Refuse inactive accounts and a rule that overlaps another of the same source, fund and product."""
        self.product_code = self.product_code or None
        for field in ("debit_account", "credit_account"):
            account = getattr(self, field, None)
            if account is not None and not account.active:
                raise ValidationError({field: f"Account {account.code} is not active. Choose another or activate it."})
        if self.source_id and self.fund_id and self.valid_from:
            self._refuse_overlap()

    def _refuse_overlap(self) -> None:
        others = PostingRule.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=self.valid_from),
            source_id=self.source_id,
            fund_id=self.fund_id,
            product_code=self.product_code,
        ).exclude(pk=self.pk)
        if self.valid_to:
            others = others.filter(valid_from__lte=self.valid_to)
        other = others.first()
        if other:
            raise ValidationError(
                {"valid_from": f"Overlaps the rule “{other}”. End that one the day before, or change the dates."}
            )
