"""A whole motor portfolio: 24 months of premiums and claims, without a reject and to the cent."""

import csv
import gzip
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from django.db import connection

from batches.ledger.imports import import_file
from batches.ledger.models import TransactionSource
from tests.ledger.files import motor_files

FUNDS = ["fund_tabarru", "fund_tanahud", "fund_ujroh", "fund_qard_hasan"]


def test_a_portfolio_is_imported_to_the_cent(tmp_path):
    for code, path in zip(("PREMIUM", "CLAIM"), motor_files(tmp_path), strict=True):
        source = TransactionSource.objects.get(code=code)
        record = import_file(source=source, file_name=str(path))
        expected, count = _sums(path, source.date_column)
        assert (record.status, record.rows_imported, record.rows_rejected) == ("COMPLETED", count, 0)
        columns = [column for _, column in source.fund_columns]
        with connection.cursor() as cursor:
            sums = ", ".join(f"sum({column})" for column in columns)
            cursor.execute(f"SELECT to_char({source.date_column}, 'YYYY-MM'), {sums} FROM {source.relation} GROUP BY 1")
            found = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in cursor.fetchall()}
        assert found == expected


def _sums(path: Path, date_column: str) -> tuple[dict[str, dict[str, Decimal]], int]:
    """Per month and fund, and how many rows, by Python's decimal."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(dict)
    count = 0
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            count += 1
            month = sums[row[date_column][:7]]
            for fund in FUNDS:
                if fund in row:
                    month[fund] = month.get(fund, Decimal(0)) + Decimal(row[fund])
    return dict(sums), count
