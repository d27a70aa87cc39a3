"""Posts entries as a batch's commit does, without the engine: a leaf is loaded, sealed and attached under its batch."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from batches.ledger import sample
from batches.ledger.models import Account, AccountingPeriod, Fund, TransactionSource
from batches.ledger.services import periods

Entry = tuple[str, str, int, str]  # source, fund, source id, amount


def open_month(code: str = "2025-01") -> AccountingPeriod:
    """An open period with the sample chart."""
    sample.load()
    return periods.ensure(code)[0]


def begin_batch(period: AccountingPeriod, user: Any = None, status: str = "VALIDATING") -> tuple[int, str]:
    """A batch of the period; gives its key and its name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM month_end_batch WHERE period_id = %s", [period.pk])
        count = cursor.fetchone()[0]
        name = f"{period.code}-MONTHEND" + (f"-{count + 1}" if count else "")
        cursor.execute(
            "INSERT INTO month_end_batch (batch_id, period_id, worker_count, status, holds_ledger, initiated_by_id)"
            " VALUES (%s, %s, 1, %s, false, %s) RETURNING id",
            [name, period.pk, status, user.pk if user else None],
        )
        return cursor.fetchone()[0], name


def load_leaf(batch: int, first: int, entries: Sequence[Entry], day: date, leaf: int = 1) -> str:
    """A bare leaf with these entries, keyed and sealed, not attached."""
    name = f"journal_entry_b{batch}_{leaf}"
    last = first + len(entries)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (LIKE journal_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CONSTRAINT {name}_bound"
            f" CHECK (entry_number IS NOT NULL AND entry_number >= {first} AND entry_number < {last}))"
        )
        rows = _rows(first, entries, batch, day)
        cursor.executemany(f"INSERT INTO {name} VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)
        cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (entry_number)")
        cursor.execute("SELECT ledger.seal_leaf(%s)", [name])
        cursor.execute(f"ANALYZE {name}")
    return name


def attach(batch: int, leaf: str, first: int, count: int, said: int | None = None) -> None:
    """What the commit does: says which batch it is and attaches; then the batch is COMMITTED."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('tutup.attaching_batch', %s, true)", [str(said if said is not None else batch)]
        )
        cursor.execute(
            f"ALTER TABLE journal_entry ATTACH PARTITION {leaf} FOR VALUES FROM ({first}) TO ({first + count})"
        )
        cursor.execute(
            "UPDATE month_end_batch SET status = 'COMMITTED', finished_at = clock_timestamp() WHERE id = %s", [batch]
        )


def post(period: AccountingPeriod, entries: Sequence[Entry], first: int = 1, user: Any = None) -> str:
    """Entries into the journal with their balances; gives the batch's name."""
    batch, name = begin_batch(period, user)
    leaf = load_leaf(batch, first, entries, period.start_date)
    _map(batch, leaf)
    attach(batch, leaf, first, len(entries))
    _balance(period, batch)
    return name


def _rows(first: int, entries: Sequence[Entry], batch: int, day: date) -> list[list[Any]]:
    accounts = dict(Account.objects.values_list("code", "pk"))
    funds = dict(Fund.objects.values_list("code", "pk"))
    sources = dict(TransactionSource.objects.values_list("code", "pk"))
    rows = []
    for number, (source, fund, source_id, amount) in enumerate(entries, start=first):
        of_fund = accounts[sample.FUND_ACCOUNTS[fund]]
        other = accounts["2010-001" if source == "PREMIUM" else "2020-001"]
        sides = (other, of_fund) if source == "PREMIUM" else (of_fund, other)
        rows.append([number, source_id, day, batch, sources[source], funds[fund], *sides, amount])
    return rows


def _map(batch: int, leaf: str) -> None:
    """A block for each source, as the plan stores them: which keys are among which entry numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO month_end_block (batch_id, number, range_number, source_id, first_key, last_key, transactions,"
            " entries, first_entry, fund_entries, fund_amounts, fund_digests)"
            " SELECT %s, row_number() OVER (), 1, source_type, min(source_id), max(source_id),"
            " count(DISTINCT source_id), max(entry_number) - min(entry_number) + 1, min(entry_number), '{}', '{}', '{}'"
            f" FROM {leaf} GROUP BY source_type",
            [batch],
        )


def _balance(period: AccountingPeriod, batch: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO period_balance (period_id, account_id, fund_id, debit, credit, entries)"
            " SELECT %s, account_id, fund_id, sum(debit), sum(credit), count(*) FROM journal_line WHERE batch_id = %s"
            " GROUP BY account_id, fund_id ON CONFLICT (period_id, account_id, fund_id) DO UPDATE"
            " SET debit = period_balance.debit + excluded.debit, credit = period_balance.credit + excluded.credit",
            [period.pk, batch],
        )
        cursor.execute(
            "INSERT INTO fund_total (period_id, source_type, fund_id, entries, amount)"
            " SELECT %s, source_type, fund_id, count(*), sum(amount) FROM journal_entry WHERE batch_id = %s"
            " GROUP BY source_type, fund_id",
            [period.pk, batch],
        )
