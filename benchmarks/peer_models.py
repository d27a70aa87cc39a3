"""The tables of the design that the product replaces, as a Django project of its kind has them.

Foreign keys are checked by the database and indexed, as is Django's default; the entry's number is unique. They belong
to no installed app, hence the managers by hand: `create_tables` makes them in the benchmark's database only.
"""

from typing import ClassVar

from django.db import connection, models

from batches.ledger.models import Account, Fund

COPIED = (
    "txn_id, policy_id, txn_date, payment_date, premium_amount, fund_tabarru, fund_tanahud, fund_ujroh, product_code, "
    "plan_code, payment_method, status"
)


def reference(to: type[models.Model]) -> models.ForeignKey:  # type: ignore[type-arg]
    """A foreign key with its constraint and its index."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+")


def money() -> models.DecimalField:  # type: ignore[type-arg]
    """The same amounts as the product's."""
    return models.DecimalField(max_digits=15, decimal_places=2)


class PeerTransaction(models.Model):
    """A premium with the mark that it is posted."""

    txn_id = models.TextField()
    policy_id = models.TextField()
    txn_date = models.DateField(db_index=True)
    payment_date = models.DateField(null=True)
    premium_amount = money()
    fund_tabarru = money()
    fund_tanahud = money()
    fund_ujroh = money()
    product_code = models.TextField()
    plan_code = models.TextField()
    payment_method = models.TextField()
    status = models.TextField()
    posted = models.BooleanField(db_default=False)

    objects: ClassVar[models.Manager["PeerTransaction"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "peer_transaction"
        constraints = [models.UniqueConstraint(fields=["txn_id"], name="peer_transaction_txn_id")]

    def __str__(self) -> str:
        return self.txn_id


class PeerBatch(models.Model):
    """One month-end run."""

    name = models.TextField(unique=True)

    objects: ClassVar[models.Manager["PeerBatch"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "peer_batch"

    def __str__(self) -> str:
        return self.name


class PeerCheckpoint(models.Model):
    """How far one worker of a run is."""

    batch = reference(PeerBatch)
    worker = models.IntegerField()
    last_key = models.BigIntegerField()
    processed = models.BigIntegerField()
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["PeerCheckpoint"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "peer_checkpoint"

    def __str__(self) -> str:
        return f"{self.batch}/{self.worker}"


class PeerEntry(models.Model):
    """A journal entry: one fund's share of one transaction, debit and credit in one row as in the product."""

    number = models.TextField()
    batch = reference(PeerBatch)
    transaction = reference(PeerTransaction)
    fund = reference(Fund)
    debit_account = reference(Account)
    credit_account = reference(Account)
    posting_date = models.DateField()
    amount = money()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["PeerEntry"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "peer_entry"
        constraints = [models.UniqueConstraint(fields=["number"], name="peer_entry_number")]

    def __str__(self) -> str:
        return self.number


TABLES = (PeerTransaction, PeerBatch, PeerCheckpoint, PeerEntry)


def create_tables(transactions: int) -> None:
    """Make the tables and copy the first `transactions` premiums into the peer's own."""
    with connection.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO peer_transaction ({COPIED}) SELECT {COPIED} FROM premium_transaction ORDER BY id LIMIT %s",
            [transactions],
        )
