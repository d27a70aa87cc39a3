"""`python -m benchmarks.peer_worker WORKER FIRST LAST`: one worker of the design that the product replaces.

Says "ready" when it is loaded, begins when it reads a line, and ends when its keys are posted.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.db import transaction  # noqa: E402 - models can be imported only now

from batches.ledger.models import PostingRule, TransactionSource  # noqa: E402

from .peer_models import PeerBatch, PeerCheckpoint, PeerEntry, PeerTransaction  # noqa: E402

CHUNK = 1000
ZERO = Decimal(0)


class Worker:
    """Posts a run of keys a thousand transactions at a time, each thousand in one transaction."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._batch = PeerBatch.objects.get()
        self._checkpoint = PeerCheckpoint.objects.create(batch=self._batch, worker=number, last_key=0, processed=0)
        self._entries = 0
        source = TransactionSource.objects.get(code="PREMIUM")
        self._columns: list[tuple[str, str]] = [(fund, column) for fund, column in source.fund_columns]
        self._rules: dict[tuple[str, str | None], list[PostingRule]] = {}
        for rule in PostingRule.objects.filter(source=source).select_related("fund"):
            self._rules.setdefault((rule.fund.code, rule.product_code), []).append(rule)

    def post(self, first: int, last: int) -> None:
        """Post the transactions with keys from `first` to `last`."""
        after = first - 1
        while chunk := self._read(after, last):
            with transaction.atomic():
                PeerEntry.objects.bulk_create(self._entries_of(chunk), batch_size=CHUNK)
                PeerTransaction.objects.filter(pk__range=(chunk[0].pk, chunk[-1].pk)).update(posted=True)
                self._checkpoint.last_key = chunk[-1].pk
                self._checkpoint.processed += len(chunk)
                self._checkpoint.save()
            after = chunk[-1].pk

    def _read(self, after: int, last: int) -> list[PeerTransaction]:
        waiting = PeerTransaction.objects.filter(pk__gt=after, pk__lte=last, posted=False)
        return list(waiting.order_by("pk")[:CHUNK])

    def _entries_of(self, chunk: Iterable[PeerTransaction]) -> list[PeerEntry]:
        return [entry for row in chunk for entry in self._entries_of_row(row)]

    def _entries_of_row(self, row: PeerTransaction) -> Iterator[PeerEntry]:
        shares = [(fund, getattr(row, column)) for fund, column in self._columns]
        if sum(share for _, share in shares) != row.premium_amount:
            raise ValueError(f"{row.txn_id}: the funds do not add up to the amount")
        for fund, share in shares:
            if share > ZERO:
                rule = self._rule(fund, row)
                self._entries += 1
                yield PeerEntry(
                    number=f"{self._batch.name}-{self._number:02}-{self._entries:09}",
                    batch_id=self._batch.pk,
                    transaction_id=row.pk,
                    fund_id=rule.fund_id,
                    debit_account_id=rule.debit_account_id,
                    credit_account_id=rule.credit_account_id,
                    posting_date=row.txn_date,
                    amount=share,
                )

    def _rule(self, fund: str, row: PeerTransaction) -> PostingRule:
        """The product's own rule goes before the general one."""
        for product in (row.product_code, None):
            for rule in self._rules.get((fund, product), ()):
                if rule.valid_from <= row.txn_date and (rule.valid_to is None or row.txn_date <= rule.valid_to):
                    return rule
        raise LookupError(f"{row.txn_id}: no posting rule for {fund}")


def main() -> None:
    """Wait for the start, then post."""
    number, first, last = map(int, sys.argv[1:])
    worker = Worker(number)
    print("ready", flush=True)
    sys.stdin.readline()
    worker.post(first, last)


if __name__ == "__main__":
    main()
