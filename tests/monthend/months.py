"""Small months of premiums and claims, made by SQL, and what posting them must give, summed in Python."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from batches.ledger import sample
from batches.ledger.models import AccountingPeriod, TransactionSource
from batches.ledger.services import periods, prerequisites
from project.postgres import sql

JANUARY = "2025-01"
FEBRUARY = "2025-02"
ALL_STATUSES = ("PAID", "APPROVED", "PENDING", "CANCELLED")

# Every tenth has no TANAHUD, every 17th no money at all, every 13th isn't postable.
PREMIUMS = """
INSERT INTO premium_transaction (txn_id, policy_id, txn_date, payment_date, premium_amount, fund_tabarru, fund_tanahud,
  fund_ujroh, product_code, plan_code, payment_method, status)
SELECT format('P-%%s-%%s', %(month)s::text, n), 'POL-' || n, %(first)s::date + n %% 28, NULL,
  a.tabarru + a.tanahud + a.ujroh, a.tabarru, a.tanahud, a.ujroh,
  CASE WHEN n %% 3 = 0 THEN 'FAMILY' ELSE 'MOTOR' END, 'FULL', 'MONTHLY',
  coalesce(%(status)s, CASE WHEN n %% 13 = 0 THEN 'PENDING' ELSE 'PAID' END)
FROM generate_series(%(from)s::int, %(to)s::int) n
CROSS JOIN LATERAL (
  SELECT CASE WHEN n %% 17 = 0 THEN 0 ELSE 10 + n * 0.37 END AS tabarru,
    CASE WHEN n %% 17 = 0 OR n %% 10 = 0 THEN 0 ELSE 5 + n * 0.11 END AS tanahud,
    CASE WHEN n %% 17 = 0 THEN 0 ELSE 1 + n * 0.02 END AS ujroh) a
"""

CLAIMS = """
INSERT INTO claim_transaction (claim_id, policy_id, claim_date, claim_type, claim_amount, fund_tabarru, fund_tanahud,
  fund_ujroh, fund_qard_hasan, product_code, status)
SELECT format('C-%%s-%%s', %(month)s::text, n), 'POL-' || n, %(first)s::date + n %% 28, 'TPL',
  100 + n * 0.5 + q.qard, 100 + n * 0.5, 0, 0, q.qard, 'MOTOR',
  coalesce(%(status)s, CASE WHEN n %% 7 = 0 THEN 'PENDING' WHEN n %% 2 = 0 THEN 'PAID' ELSE 'APPROVED' END)
FROM generate_series(%(from)s::int, %(to)s::int) n
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 4 = 0 THEN 25.25 ELSE 0 END AS qard) q
"""


def nothing() -> tuple[int, Decimal]:
    return 0, Decimal(0)


@dataclass
class Totals:
    """What a month must give: transactions, entries, and by source and fund the entries and their sum."""

    transactions: int = 0
    entries: int = 0
    funds: dict[tuple[str, str], tuple[int, Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: (0, Decimal(0)))
    )

    @property
    def amount(self) -> Decimal:
        return sum((amount for _, amount in self.funds.values()), Decimal(0))


def make_period(code: str) -> AccountingPeriod:
    """An open period whose prerequisites are complete, under the sample chart and rules."""
    sample.load()
    period, _ = periods.ensure(code)
    prerequisites.complete(period=period, code=prerequisites.ALL, actor=None)
    return period


def add_premiums(count: int, *, code: str = JANUARY, first: int = 1, status: str | None = None) -> None:
    """Premiums numbered from `first` on; with a status all of them have it."""
    sql.execute(PREMIUMS, _span(count, code, first, status))


def add_claims(count: int, *, code: str = JANUARY, first: int = 1, status: str | None = None) -> None:
    """Claims numbered from `first` on; with a status all of them have it."""
    sql.execute(CLAIMS, _span(count, code, first, status))


def add_premium(
    key: int,
    *funds: Decimal | int | str,
    code: str = JANUARY,
    status: str = "PAID",
    product: str = "MOTOR",
    day: int = 1,
) -> None:
    """One premium with this key and these shares of TABARRU, TANAHUD and UJROH."""
    tabarru, tanahud, ujroh = (Decimal(amount) for amount in funds)
    sql.execute(
        "INSERT INTO premium_transaction (id, txn_id, policy_id, txn_date, premium_amount, fund_tabarru, fund_tanahud,"
        " fund_ujroh, product_code, plan_code, payment_method, status) OVERRIDING SYSTEM VALUE"
        " VALUES (%s, %s, 'POL', %s::date, %s, %s, %s, %s, %s, 'FULL', 'MONTHLY', %s)",
        [key, f"K-{key}", f"{code}-{day:02}", tabarru + tanahud + ujroh, tabarru, tanahud, ujroh, product, status],
    )  # fmt: skip


def expected(code: str = JANUARY, *sources: str) -> Totals:
    """What a first batch of the month must post, from the rows themselves."""
    period = AccountingPeriod.objects.get(code=code)
    totals = Totals()
    for source in TransactionSource.objects.filter(code__in=sources or ("PREMIUM", "CLAIM")):
        for row in _postable(source, period):
            totals.transactions += 1
            for fund, column in source.fund_columns:
                if row[column]:
                    entries, amount = totals.funds[source.code, fund]
                    totals.funds[source.code, fund] = (entries + 1, amount + row[column])
                    totals.entries += 1
    return totals


def _postable(source: TransactionSource, period: AccountingPeriod) -> Iterator[dict[str, Any]]:
    for row in sql.rows(f"SELECT * FROM {source.relation}"):
        postable = row[source.status_column] in source.postable_statuses
        if postable and period.start_date <= row[source.date_column] <= period.end_date and row[source.amount_column]:
            yield row


def _span(count: int, code: str, first: int, status: str | None) -> dict[str, Any]:
    return {"month": code, "first": f"{code}-01", "from": first, "to": first + count - 1, "status": status}
