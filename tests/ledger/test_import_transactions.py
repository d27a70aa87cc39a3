"""`manage.py import_transactions`: good rows in, each bad one kept with line, column and reason."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from batches.ledger.imports import blocks, import_file
from batches.ledger.imports.staging import StagedBlock
from batches.ledger.models import (
    ClaimTransaction,
    Fund,
    ImportReject,
    PremiumTransaction,
    TransactionImport,
    TransactionSource,
)
from project.access.models import AuditEntry
from project.api.errors import ApiError, ErrorCode
from tests.ledger.files import claim, premium, text


@pytest.fixture
def imported(tmp_path, capsys):
    """Imports bytes as a file; gives the exit code and the command's JSON."""

    def run(content: bytes, kind: str = "premiums", name: str = "file.csv") -> tuple[int, dict]:
        path = tmp_path / name
        path.write_bytes(content)
        code = 0
        try:
            call_command("import_transactions", kind, str(path), "--json")
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, json.loads(capsys.readouterr().out)["imports"][0]

    return run


def counts(result: dict) -> tuple[int, int, int, int]:
    return tuple(result[f"rows_{name}"] for name in ("read", "imported", "skipped", "rejected"))


def rejects() -> list[tuple[int, str, str]]:
    return list(ImportReject.objects.order_by("line_number").values_list("line_number", "column_name", "reason"))


def test_good_rows_go_in(imported):
    code, result = imported(text([premium(1), premium(2, payment_date="")]))
    assert (code, result["status"], counts(result)) == (0, "COMPLETED", (2, 2, 0, 0))
    first, second = PremiumTransaction.objects.order_by("id")
    assert (first.txn_id, str(first.premium_amount), str(first.txn_date)) == ("T00001", "100.00", "2025-01-31")
    assert second.payment_date is None
    assert AuditEntry.objects.get(operation="transactions.import").after["imported"] == 2


def test_claims_have_their_own_columns(imported):
    code, result = imported(
        text([claim(1), claim(2, claim_amount="0", fund_tabarru="0", fund_qard_hasan="0")]), "claims"
    )
    assert (code, counts(result)) == (0, (2, 2, 0, 0))
    assert str(ClaimTransaction.objects.get(claim_id="C00001").fund_qard_hasan) == "40.00"


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"txn_id": ""}, "txn_id", "is empty"),
        ({"txn_id": "   "}, "txn_id", "is empty"),
        ({"txn_id": "x" * 101}, "txn_id", "is longer than 100 characters"),
        ({"policy_id": ""}, "policy_id", "is empty"),
        ({"product_code": ""}, "product_code", "is empty"),
        ({"status": ""}, "status", "is empty"),
        ({"txn_date": ""}, "txn_date", "is empty"),
        ({"txn_date": "31.01.2025"}, "txn_date", "is not a date like 2025-01-31"),
        ({"txn_date": "2025-13-01"}, "txn_date", "is not a date like 2025-01-31"),
        ({"txn_date": "today"}, "txn_date", "is not a date like 2025-01-31"),
        ({"txn_date": "2025-02-29"}, "txn_date", "is not a day of the calendar"),
        ({"txn_date": "2025-04-31"}, "txn_date", "is not a day of the calendar"),
        ({"txn_date": "9999-01-01"}, "txn_date", "is not a date like 2025-01-31"),
        ({"payment_date": "soon"}, "payment_date", "is not a date like 2025-01-31"),
        ({"premium_amount": ""}, "premium_amount", "is empty"),
        ({"premium_amount": "-100.00"}, "premium_amount", "is negative"),
        ({"fund_ujroh": "-20.00"}, "fund_ujroh", "is negative"),
        ({"fund_ujroh": "20.001"}, "fund_ujroh", "has more than two decimals"),
        ({"fund_ujroh": "20.0000000000000001"}, "fund_ujroh", "has more than two decimals"),
        ({"premium_amount": "12345678901234.00"}, "premium_amount", "has more than 13 digits before the point"),
        ({"premium_amount": "1e2"}, "premium_amount", "is not an amount like 1234.50"),
        ({"premium_amount": "NaN"}, "premium_amount", "is not an amount like 1234.50"),
        ({"premium_amount": "1,000.00"}, "premium_amount", "is not an amount like 1234.50"),
        ({"premium_amount": "٣"}, "premium_amount", "is not an amount like 1234.50"),
        ({"premium_amount": "100."}, "premium_amount", "is not an amount like 1234.50"),
        ({"fund_ujroh": "20.01"}, "premium_amount", "is 100.00, but the funds add up to 100.01"),
    ],
)
def test_a_bad_row_is_rejected_with_column_and_reason(imported, change, column, reason):
    code, result = imported(text([premium(1), premium(2, **change), premium(3)]))
    assert (code, result["status"], counts(result)) == (1, "COMPLETED", (3, 2, 0, 1))
    assert rejects() == [(3, column, reason)]
    assert PremiumTransaction.objects.count() == 2


def test_an_unknown_claim_type_is_rejected(imported):
    code, result = imported(text([claim(1), claim(2, claim_type="GHOST")]), "claims")
    assert (code, counts(result)) == (1, (2, 1, 0, 1))
    assert rejects() == [(3, "claim_type", "is no active claim type")]


def test_a_share_of_a_fund_that_is_not_active_is_rejected(imported):
    Fund.objects.filter(code="TANAHUD").update(active=False)
    without = premium(2, fund_tanahud="0.00", fund_tabarru="80.00")
    _, result = imported(text([premium(1), without]))
    assert counts(result) == (2, 1, 0, 1)
    assert rejects() == [(2, "fund_tanahud", "belongs to no active fund")]


def test_a_source_without_the_column_knows_no_such_fund(imported):
    TransactionSource.objects.filter(code="PREMIUM").update(fund_columns=[["TABARRU", "fund_tabarru"]])
    imported(text([premium(1)]))
    assert rejects() == [(2, "fund_tanahud", "belongs to no active fund")]


GOOD = text([premium(1)])
LINE = GOOD.split(b"\n")[1]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (LINE + b",more", "line", "has 13 columns instead of 12"),
        (LINE.rsplit(b",", 1)[0], "line", "has 11 columns instead of 12"),
        (b"just words", "line", "has 1 columns instead of 12"),
        (LINE.replace(b"P1", b"P\xff1"), "policy_id", "is not UTF-8 text"),
        (LINE.replace(b"P1", b"P\x001"), "policy_id", "contains a NUL byte"),
        (LINE.replace(b"P1", b'"P1'), "line", "has a quote that doesn't open or close a whole field on this line"),
        (LINE.replace(b"P1", b'P"1'), "line", "has a quote that doesn't open or close a whole field on this line"),
        (LINE.replace(b"P1", b"P\r1"), "line", "contains a carriage return"),
        (b"\\.", "line", "has 1 columns instead of 12"),
    ],
)
def test_a_line_that_copy_would_not_take_is_one_reject(imported, line, column, reason):
    code, result = imported(GOOD + line + b"\n" + text([premium(2), premium(3)]).split(b"\n", 1)[1])
    assert (code, result["status"], counts(result)) == (1, "COMPLETED", (4, 3, 0, 1))
    assert rejects() == [(3, column, reason)]


def test_a_line_of_many_megabytes_is_one_reject(imported, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 128 * 1024)
    _, result = imported(GOOD + b"x" * 1_000_000 + b"\n" + text([premium(2)]).split(b"\n", 1)[1])
    assert counts(result) == (3, 2, 0, 1)
    assert len(ImportReject.objects.get().line) == 1000


def test_line_ends_quotes_blank_lines_and_a_byte_order_mark_are_understood(imported):
    rows = [premium(number) for number in range(1, 4)]
    quoted = text(rows, end="\r\n").replace(b"HYBRID-LIFE-001", b'"HYBRID, ""LIFE"""')
    code, result = imported(b"\xef\xbb\xbf" + quoted + b"\r\n\n")
    assert (code, counts(result)) == (0, (3, 3, 0, 0))
    assert PremiumTransaction.objects.first().product_code == 'HYBRID, "LIFE"'


def test_the_last_line_needs_no_end(imported):
    assert counts(imported(GOOD.rstrip(b"\n"))[1]) == (1, 1, 0, 0)


def test_columns_may_stand_in_any_order(imported):
    assert counts(imported(text([premium(1)], list(reversed(premium()))))[1]) == (1, 1, 0, 0)


def test_a_file_without_rows_is_imported_and_says_so(imported):
    code, result = imported(GOOD.split(b"\n")[0] + b"\n")
    assert (code, result["status"], counts(result)) == (0, "COMPLETED", (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (GOOD.replace(b"txn_date", b"date"), ["is missing txn_date", "unknown date"]),
        (GOOD.replace(b"fund_ujroh", b"fund_gold"), ["is missing fund_ujroh", "unknown fund_gold"]),
        (text([claim(1)]), ["is missing txn_id", "unknown claim_id"]),
        (GOOD.replace(b"policy_id", b"txn_id"), ["is missing policy_id", "repeats txn_id"]),
        (b"", ["is missing txn_id"]),
        (b"\x00\xff\xfe", ["is missing txn_id"]),
    ],
)
def test_a_wrong_header_fails_the_import_and_names_the_columns(imported, header, named):
    code, result = imported(header)
    assert (code, result["status"], counts(result)) == (1, "FAILED", (0, 0, 0, 0))
    for words in named:
        assert words in result["error"]


def test_the_same_file_again_is_skipped_and_counted(imported):
    content = text([premium(number) for number in range(50)])
    imported(content)
    code, result = imported(content)
    assert (code, counts(result)) == (0, (50, 0, 50, 0))
    assert PremiumTransaction.objects.count() == 50


def test_equal_content_in_other_words_is_skipped(imported):
    imported(GOOD)
    assert counts(imported(GOOD.replace(b"100.00", b"100").replace(b"40.00", b"040.0"))[1]) == (1, 0, 1, 0)


def test_the_same_id_with_other_content_is_rejected_and_changes_nothing(imported):
    imported(GOOD)
    changed = premium(1, premium_amount="101.00", fund_ujroh="21.00", status="DUE")
    code, result = imported(text([changed, premium(2)]))
    assert (code, counts(result)) == (1, (2, 1, 0, 1))
    assert rejects() == [(2, "txn_id", "is here already with another premium_amount, fund_ujroh, status")]
    assert str(PremiumTransaction.objects.get(txn_id="T00001").premium_amount) == "100.00"


@pytest.mark.parametrize("block", [200, 1024 * 1024])
def test_of_the_same_id_in_one_file_the_first_line_counts(imported, monkeypatch, block):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", block)
    monkeypatch.setattr(blocks, "LONGEST_LINE", 200)
    rows = [premium(1), premium(2), premium(1), premium(1, status="DUE"), premium(3), premium(2, policy_id="P2")]
    _, result = imported(text(rows))
    assert counts(result) == (6, 3, 1, 2)
    assert [line for line, _, _ in rejects()] == [5, 7]
    assert set(PremiumTransaction.objects.values_list("txn_id", "status")) == {
        ("T00001", "PAID"), ("T00002", "PAID"), ("T00003", "PAID")
    }  # fmt: skip


def test_a_gzip_file_is_told_by_its_content(imported):
    assert counts(imported(gzip.compress(GOOD), name="file.csv")[1]) == (1, 1, 0, 0)


def test_a_damaged_gzip_file_fails_and_keeps_what_was_read(imported, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    content = gzip.compress(text([premium(number, policy_id=os.urandom(20).hex()) for number in range(2000)]))
    code, result = imported(content[: len(content) // 2])
    assert (code, result["status"]) == (1, "FAILED")
    assert "damaged or cut off" in result["error"]
    assert 0 < result["rows_imported"] == PremiumTransaction.objects.count() < 2000


def test_a_file_that_is_not_there_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("import_transactions", "premiums", "/nowhere.csv")
    assert ended.value.code == 2
    assert "/nowhere.csv: No such file" in capsys.readouterr().out


def test_standard_input_and_several_files(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.csv").write_bytes(GOOD)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text([premium(2)]))))
    call_command("import_transactions", "premiums", str(tmp_path / "a.csv"), "-")
    assert PremiumTransaction.objects.count() == 2
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_many_blocks_keep_the_order_of_the_file(imported, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    rows = [premium(number, **({"txn_date": "x"} if number % 97 == 0 else {})) for number in range(3000)]
    _, result = imported(text(rows))
    assert counts(result) == (3000, 2969, 0, 31)
    assert [line for line, _, _ in rejects()] == [number + 2 for number in range(3000) if number % 97 == 0]
    ids = PremiumTransaction.objects.order_by("id").values_list("txn_id", flat=True)
    assert list(ids) == sorted(ids)


def test_a_stop_ends_between_two_blocks_and_the_next_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    path = tmp_path / "file.csv"
    path.write_bytes(text([premium(number) for number in range(2000)]))
    stop, source = threading.Event(), TransactionSource.objects.get(code="PREMIUM")
    stopped = import_file(source=source, file_name=str(path), stop=stop, on_progress=lambda _: stop.set())
    assert (stopped.status, stopped.rows_read) == ("FAILED", PremiumTransaction.objects.count())
    assert "Import the file again" in stopped.error
    again = import_file(source=source, file_name=str(path))
    assert (again.status, again.rows_skipped, again.rows_read) == ("COMPLETED", stopped.rows_imported, 2000)


def test_sigterm_stops_the_command_cleanly(tmp_path):
    path = tmp_path / "endless.csv"
    os.mkfifo(path)
    command = [sys.executable, "manage.py", "import_transactions", "premiums", str(path)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = text([premium(number) for number in range(20_000)])
    with path.open("wb") as pipe:
        pipe.write(lines)
        pipe.flush()
        _wait(PremiumTransaction.objects.exists)
        process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (3, b"")
    assert b"Import the file again" in out
    assert TransactionImport.objects.get().rows_read == PremiumTransaction.objects.count()


@pytest.mark.parametrize("relation", ["journal_line", "nowhere", "job"])
def test_files_go_into_plain_tables_of_text_dates_and_amounts_only(tmp_path, relation):
    TransactionSource.objects.filter(code="PREMIUM").update(relation=relation)
    path = tmp_path / "file.csv"
    path.write_bytes(GOOD)
    with pytest.raises(CommandError, match=f"can't be imported into {relation}") as refused:
        call_command("import_transactions", "premiums", str(path))
    assert refused.value.returncode == 1
    assert isinstance(refused.value.__cause__, ApiError)
    assert refused.value.__cause__.code == ErrorCode.IMPORT_FAILED


def test_two_imports_of_one_file_at_once_import_each_row_once(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    path = tmp_path / "file.csv"
    path.write_bytes(text([premium(number) for number in range(2000)]))
    source = TransactionSource.objects.get(code="PREMIUM")
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(_import_and_close, source, str(path)) for _ in range(2)]
        records = [run.result() for run in runs]
    assert [record.status for record in records] == ["COMPLETED", "COMPLETED"]
    assert sum(record.rows_imported for record in records) == PremiumTransaction.objects.count() == 2000
    assert sum(record.rows_skipped for record in records) == 2000


@pytest.mark.parametrize("block", [0, 1, 5])
def test_an_error_in_one_block_ends_the_import_and_says_why(tmp_path, monkeypatch, block):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    path = tmp_path / "file.csv"
    path.write_bytes(text([premium(number) for number in range(1000)]))
    merge = StagedBlock.merge

    def broken(staged: StagedBlock):
        if staged.content.first_line > 2 + block * 40:
            raise RuntimeError("the disk is full")
        return merge(staged)

    monkeypatch.setattr(StagedBlock, "merge", broken)
    with pytest.raises(RuntimeError, match="the disk is full"):
        import_file(source=TransactionSource.objects.get(code="PREMIUM"), file_name=str(path))
    record = TransactionImport.objects.get()
    assert (record.status, record.error) == ("FAILED", "RuntimeError: the disk is full")
    assert record.rows_imported == PremiumTransaction.objects.count() < 1000


def _import_and_close(source, name):
    try:
        return import_file(source=source, file_name=name)
    finally:
        connection.close()


def test_an_import_that_was_killed_is_marked_by_the_next_one(imported):
    source = TransactionSource.objects.get(code="PREMIUM")
    dead = TransactionImport.objects.create(source=source, file_name="killed.csv", started_at="2025-01-01T00:00Z")
    imported(GOOD)
    dead.refresh_from_db()
    assert (dead.status, "ended without a word" in dead.error) == ("FAILED", True)


def _wait(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
