"""Premiums and claims as upstream delivers them. Tutup reads these rows and never updates them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


def amount() -> models.DecimalField:  # type: ignore[type-arg]
    """A column of money: two decimals, at most 13 digits before them."""
    return models.DecimalField(max_digits=15, decimal_places=2)


def not_negative(*columns: str) -> Q:
    """The condition that every one of the columns is zero or more."""
    return Q(*[Q(**{f"{column}__gte": 0}) for column in columns])


class PremiumTransaction(models.Model):
    """A premium paid, with its share of each fund already worked out upstream."""

    txn_id = models.TextField(db_collation="C")
    policy_id = models.TextField(db_collation="C")
    txn_date = models.DateField()
    payment_date = models.DateField(null=True, blank=True)
    premium_amount = amount()
    fund_tabarru = amount()
    fund_tanahud = amount()
    fund_ujroh = amount()
    product_code = models.TextField(db_collation="C")
    plan_code = models.TextField(db_collation="C")
    payment_method = models.TextField(db_collation="C")
    status = models.TextField(db_collation="C")

    class Meta:
        db_table = "premium_transaction"
        # A unique field would get a second, pattern index as well, which nothing uses and every import pays for.
        constraints = [
            models.UniqueConstraint(fields=["txn_id"], name="premium_transaction_txn_id_key"),
            models.CheckConstraint(
                condition=not_negative("premium_amount", "fund_tabarru", "fund_tanahud", "fund_ujroh"),
                name="premium_transaction_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(premium_amount=F("fund_tabarru") + F("fund_tanahud") + F("fund_ujroh")),
                name="premium_transaction_funds_add_up",
            ),
        ]
        indexes = [BrinIndex(fields=["txn_date"], name="premium_transaction_txn_date", pages_per_range=32)]

    def __str__(self) -> str:
        return self.txn_id


class ClaimTransaction(models.Model):
    """A claim paid, with what each fund bears of it."""

    claim_id = models.TextField(db_collation="C")
    policy_id = models.TextField(db_collation="C")
    claim_date = models.DateField()
    claim_type = models.TextField(db_collation="C")
    claim_amount = amount()
    fund_tabarru = amount()
    fund_tanahud = amount()
    fund_ujroh = amount()
    fund_qard_hasan = amount()
    product_code = models.TextField(db_collation="C")
    status = models.TextField(db_collation="C")

    class Meta:
        db_table = "claim_transaction"
        constraints = [
            models.UniqueConstraint(fields=["claim_id"], name="claim_transaction_claim_id_key"),
            models.CheckConstraint(
                condition=not_negative("claim_amount", "fund_tabarru", "fund_tanahud", "fund_ujroh", "fund_qard_hasan"),
                name="claim_transaction_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    claim_amount=F("fund_tabarru") + F("fund_tanahud") + F("fund_ujroh") + F("fund_qard_hasan")
                ),
                name="claim_transaction_funds_add_up",
            ),
        ]
        indexes = [BrinIndex(fields=["claim_date"], name="claim_transaction_claim_date", pages_per_range=32)]

    def __str__(self) -> str:
        return self.claim_id
