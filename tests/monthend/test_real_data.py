"""A whole motor portfolio: its 24 months close one by one, and every total equals the files' own, to the cent."""

import csv
import gzip
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from django.core.management import call_command

from batches.ledger import sample
from batches.ledger.services import periods, prerequisites
from project.postgres import sql
from tests.ledger.files import motor_files
from tests.monthend.closing import verify

SOURCES = {"premiums": ("PREMIUM", "txn_date", {"PAID"}), "claims": ("CLAIM", "claim_date", {"APPROVED", "PAID"})}
Totals = dict[tuple[str, str, str], Decimal]  # month, source, fund


def test_every_month_of_a_portfolio_closes_to_the_cent(tmp_path, close, capsys):
    sample.load()
    files = dict(zip(SOURCES, motor_files(tmp_path), strict=True))
    for kind, path in files.items():
        call_command("import_transactions", kind, str(path))
    expected = summed(files)
    codes = sorted({month for month, _, _ in expected})
    assert len(codes) == 24
    for code in codes:
        period, _ = periods.ensure(code)
        for name in ("AP_CLOSE", "AR_CLOSE", "PAYROLL_CLOSE"):
            prerequisites.complete(period=period, code=name, actor=None)
        assert close(code).status == "COMMITTED"
    assert posted() == expected
    assert verify() == (0, [])


def summed(files: dict[str, Path]) -> Totals:
    """Sums of the postable rows by Python's decimal."""
    totals: Totals = defaultdict(Decimal)
    for kind, path in files.items():
        source, day, postable = SOURCES[kind]
        with gzip.open(path, "rt", newline="") as file:
            for row in csv.DictReader(file):
                if row["status"] in postable:
                    for column in (name for name in row if name.startswith("fund_")):
                        totals[row[day][:7], source, column.removeprefix("fund_").upper()] += Decimal(row[column])
    return {key: total for key, total in totals.items() if total}


def posted() -> Totals:
    """Sums of the journal itself."""
    found = sql.rows(
        "SELECT to_char(e.posting_date, 'YYYY-MM') AS month, s.code AS source, f.code AS fund, sum(e.amount) AS amount"
        " FROM journal_entry e JOIN transaction_source s ON s.id = e.source_type JOIN fund f ON f.id = e.fund_id"
        " GROUP BY 1, 2, 3"
    )
    return {(row["month"], row["source"], row["fund"]): row["amount"] for row in found}
