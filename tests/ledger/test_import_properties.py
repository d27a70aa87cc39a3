"""Whatever a file holds: every line is accounted for, and what went in adds up to the cent."""

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path

from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from batches.ledger.imports import blocks, import_file
from batches.ledger.models import ImportReject, PremiumTransaction, TransactionSource
from project.postgres import sql
from tests.ledger.files import PREMIUM_COLUMNS, premium

CENTS = st.integers(0, 10**15 - 1)
SPOILED = st.sampled_from(
    ["", " ", "x", "-1.00", "1.001", "2025-02-30", "NaN", "1e5", "é" * 60, 'a"b', "a,b", "\x00", "\r", "\\.", "\ud800"]
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    """A premium that adds up, sometimes spoiled in one column."""
    shares = [draw(st.integers(0, 10**13)) for _ in range(3)]
    money = [f"{Decimal(cents) / 100:.2f}" for cents in [sum(shares), *shares]]
    names = ["premium_amount", "fund_tabarru", "fund_tanahud", "fund_ujroh"]
    row = premium(draw(st.integers(1, 8)), **dict(zip(names, money, strict=True)))
    if draw(st.integers(0, 3)) == 0:
        row[draw(st.sampled_from(PREMIUM_COLUMNS))] = draw(SPOILED)
    return row


@settings(max_examples=60)
@given(st.lists(rows(), max_size=25), st.sampled_from([256, 4096]), st.booleans())
def test_every_line_is_imported_skipped_or_rejected(monkeypatch, found, block, quoted):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", block)
    monkeypatch.setattr(blocks, "LONGEST_LINE", 4096)
    sql.execute("TRUNCATE premium_transaction, import_reject")
    record = _import(_written(found, csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL))
    assert record.status == "COMPLETED"
    assert record.rows_read == record.rows_imported + record.rows_skipped + record.rows_rejected
    assert record.rows_imported == PremiumTransaction.objects.count()
    assert record.rows_rejected == ImportReject.objects.count()
    rejected = set(ImportReject.objects.values_list("line_number", flat=True))
    kept: dict[str, Decimal] = {}
    for line, row in enumerate(found, start=2):
        # a line with a carriage return inside is one line all the same
        if line not in rejected:
            kept.setdefault(row["txn_id"], Decimal(row["premium_amount"]))
    assert len(kept) == record.rows_imported
    total = PremiumTransaction.objects.aggregate(total=Sum("premium_amount"))["total"] or Decimal(0)
    assert total == sum(kept.values())


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_crash_an_import(content):
    record = _import(",".join(PREMIUM_COLUMNS).encode() + b"\n" + content)
    assert record.status == "COMPLETED"
    assert record.rows_read == sum(1 for line in content.split(b"\n") if line.removesuffix(b"\r"))


def _written(found: list[dict[str, str]], quoting: int) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, PREMIUM_COLUMNS, lineterminator="\n", quoting=quoting)
    writer.writeheader()
    writer.writerows(found)
    return buffer.getvalue().encode("utf-8", "surrogatepass")


def _import(content: bytes):
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        return import_file(source=TransactionSource.objects.get(code="PREMIUM"), file_name=file.name)
