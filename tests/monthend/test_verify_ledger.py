"""manage.py verify_ledger: clean on an honest ledger, and it names the row of every lie."""

import hashlib
import io
import json

import pytest
from django.core.management import CommandError, call_command

from batches.monthend.models import MonthEndCertificate
from tests.monthend import months
from tests.monthend.closing import verify

COLUMNS = (
    "entry_number, source_id, posting_date, batch_id, source_type, fund_id, debit_account_id, credit_account_id, amount"
)


@pytest.fixture
def books(january, close):
    """January and February committed; January is the first certificate, February the last."""
    batch = close()
    months.make_period(months.FEBRUARY)
    months.add_premiums(60, code=months.FEBRUARY)
    close(months.FEBRUARY)
    return batch


def problems(*options: str) -> list[dict[str, object]]:
    """What is found, after seeing that it makes the command exit 1."""
    code, found = verify(*options)
    assert (code, bool(found)) == (1, True)
    return found


def rules(found) -> set[str]:
    return {problem["rule"] for problem in found}


def test_an_honest_ledger_passes(books):
    assert verify() == (0, [])


def test_an_empty_ledger_passes(database):
    assert verify() == (0, [])


def test_it_says_what_it_verified(books):
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    assert out.getvalue() == "2 batches verified, 0 problems.\n"


def test_in_words_each_problem_is_a_line(books, tamper):
    tamper("UPDATE journal_entry SET amount = amount + 1 WHERE entry_number = 7")
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=out)
    assert "source_mismatch: Entry 7: PREMIUM P-2025-01-" in out.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 0.01",
        "debit_account_id = 1",
        "credit_account_id = 1",
        "fund_id = 5 - fund_id",
        "posting_date = posting_date + 1",
        "source_id = source_id + 1",
        "source_type = 3 - source_type",
        "batch_id = 2",
    ],
)
def test_an_entry_that_was_changed_is_named(books, tamper, change):
    assert tamper(f"UPDATE journal_entry SET {change} WHERE entry_number = 11") == 1
    found = problems()
    assert {"range_digest"} <= rules(found)
    assert {problem["batch_id"] for problem in found if "batch_id" in problem} == {books.batch_id}
    named = [problem for problem in found if problem.get("entry_number") == 11]
    assert named != []
    assert "ntry 11" in str(named[0]["message"])


def test_a_source_row_that_was_changed_is_named(books, tamper):
    tamper(
        "UPDATE premium_transaction SET premium_amount = premium_amount + 1, fund_tabarru = fund_tabarru + 1"
        " WHERE txn_id = 'P-2025-01-9'"
    )
    found = problems()
    assert rules(found) == {"source_mismatch"}
    assert len(found) == 1
    assert "PREMIUM P-2025-01-9, fund TABARRU" in str(found[0]["message"])
    assert found[0]["source_id"] == 9


def test_a_source_row_that_moved_to_another_month_is_named(books, tamper):
    tamper("UPDATE premium_transaction SET txn_date = '2025-02-09' WHERE txn_id = 'P-2025-01-9'")
    assert {problem["source_id"] for problem in problems()} == {9}


def test_a_source_row_that_was_deleted_is_named(books, tamper):
    tamper("DELETE FROM claim_transaction WHERE claim_id = 'C-2025-01-2'")
    found = problems()
    assert {str(problem["message"]).count("source row 2 is gone") for problem in found} == {1}


def test_an_entry_that_was_deleted_is_named(books, tamper):
    tamper("DELETE FROM journal_entry WHERE entry_number = 11")
    found = problems()
    assert {"entry_missing", "range_digest"} <= rules(found)
    assert [problem["entry_number"] for problem in found if problem["rule"] == "entry_missing"] == [11]


def test_an_entry_in_place_of_a_deleted_one_is_named(books, tamper):
    tamper("CREATE TABLE kept AS SELECT * FROM journal_entry WHERE entry_number = 11")
    tamper("DELETE FROM journal_entry WHERE entry_number = 11")
    tamper(f"INSERT INTO journal_entry ({COLUMNS}) SELECT entry_number, source_id, posting_date, batch_id, source_type,"
           " fund_id, debit_account_id, credit_account_id, amount + 100 FROM kept")  # fmt: skip
    assert 11 in {problem.get("entry_number") for problem in problems()}


def test_a_leaf_that_somebody_attached_is_named(books, tamper):
    tamper("CREATE TABLE journal_entry_mine (LIKE journal_entry INCLUDING ALL)")
    tamper(f"INSERT INTO journal_entry_mine ({COLUMNS}) VALUES (900001, 1, '2025-01-05', 1, 1, 1, 2, 4, 5)")
    tamper("ALTER TABLE journal_entry ATTACH PARTITION journal_entry_mine FOR VALUES FROM (900001) TO (900002)")
    found = problems()
    assert "leaves_match_batches" in rules(found)
    assert any("journal_entry_mine is attached by nobody" in str(problem["message"]) for problem in found)


def test_a_leaf_that_somebody_detached_is_named(books, tamper):
    leaf = books.leaves.first().table_name
    tamper(f"ALTER TABLE journal_entry DETACH PARTITION {leaf}")
    found = problems()
    assert "leaves_match_batches" in rules(found)
    assert any(leaf in str(problem["message"]) for problem in found)


def edit(tamper, number: int, change, *, digest: bool) -> None:
    """Edit the text of a certificate, and its digest if the liar is thorough."""
    body = json.loads(MonthEndCertificate.objects.get(number=number).body)
    change(body)
    text = json.dumps(body)
    tamper("UPDATE month_end_certificate SET body = %s WHERE number = %s", text, number)
    if digest:
        tamper(
            "UPDATE month_end_certificate SET digest = %s WHERE number = %s",
            hashlib.sha256(text.encode()).hexdigest(),
            number,
        )


def test_a_certificate_whose_text_was_edited_is_named(books, tamper):
    edit(tamper, 1, lambda body: body.update(entries=1), digest=False)
    found = problems()
    assert "certificate_text" in rules(found)
    assert any("certificate 1 was edited" in str(problem["message"]) for problem in found)


def test_a_certificate_that_is_no_json_any_more_is_named(books, tamper):
    tamper("UPDATE month_end_certificate SET body = 'lost' WHERE number = 1")
    assert "certificate_text" in rules(problems())


EDITS = {
    "period": lambda body: body.update(period="2024-12"),
    "batch_type": lambda body: body.update(batch_type="CLAIMS"),
    "entries": lambda body: body.update(entries=body["entries"] + 1),
    "amount": lambda body: body.update(amount="1.00"),
    "transactions": lambda body: body.update(transactions=1),
    "reverses": lambda body: body.update(reverses="2025-01-MONTHEND"),
    "numbers": lambda body: body.update(first_entry=2),
    "rules": lambda body: body.update(rules="0" * 64),
    "inputs": lambda body: body["inputs"].pop(),
    "previous": lambda body: body.update(previous="0" * 64),
    "range_transactions": lambda body: body["ranges"][0].update(transactions=1),
    "range_total": lambda body: body["ranges"][0]["totals"][0].update(amount="1.00"),
    "range_left_out": lambda body: body["ranges"].pop(),
}


@pytest.mark.parametrize("edited", EDITS)
def test_a_certificate_whose_text_and_digest_were_edited_is_named(books, tamper, edited):
    edit(tamper, 2, EDITS[edited], digest=True)
    found = problems()
    assert rules(found) & {"certificate_facts", "certificate_chain", "range_digest"}
    assert any("ertificate 2" in str(problem["message"]) for problem in found)


def test_an_edited_certificate_breaks_the_chain_of_the_next(books, tamper):
    edit(tamper, 1, EDITS["amount"], digest=True)
    assert any("Certificate 2 does not follow" in str(problem["message"]) for problem in problems())


def test_a_certificate_that_is_gone_is_named(books, tamper):
    tamper("DELETE FROM month_end_certificate WHERE number = 1")
    found = problems()
    assert {"certificate_missing", "certificate_chain"} <= rules(found)


@pytest.mark.parametrize("column", ["debit", "credit"])
def test_a_balance_that_was_changed_is_named(books, tamper, column):
    tamper(f"UPDATE period_balance SET {column} = {column} + 1 WHERE account_id = 4 AND period_id = {books.period_id}")
    found = problems()
    assert "balances_equal_batches" in rules(found)
    assert "period 2025-01, account 3010-001" in str(found[0]["message"])


def test_a_fund_total_that_was_changed_is_named(books, tamper):
    tamper(f"UPDATE fund_total SET amount = amount + 1 WHERE fund_id = 1 AND period_id = {books.period_id}")
    found = problems()
    assert rules(found) == {"fund_totals_equal_batches"}
    assert "TABARRU" in str(found[0]["message"])


def test_the_counter_of_entry_numbers_is_checked(books, tamper):
    tamper("UPDATE entry_number_counter SET next_number = next_number + 3")
    found = problems()
    assert rules(found) == {"entry_numbers_without_gap"}
    assert found[0]["count"] == 3


def test_a_transaction_posted_twice_is_named(books, tamper, close):
    tamper("UPDATE month_end_batch SET status = 'REVERSED' WHERE id = %s", books.pk)
    close()
    tamper("UPDATE month_end_batch SET status = 'COMMITTED' WHERE id = %s", books.pk)
    tamper("DELETE FROM period_balance")
    assert "transactions_posted_once" in rules(problems())


def test_one_batch_alone_can_be_verified(books, tamper):
    tamper("UPDATE journal_entry SET amount = amount + 1 WHERE entry_number = 7")
    assert verify("--batch", "2025-02-MONTHEND") == (0, [])
    assert {problem["batch_id"] for problem in problems("--batch", "2025-01-MONTHEND")} == {"2025-01-MONTHEND"}


def test_an_unknown_batch_is_a_usage_error(database):
    with pytest.raises(CommandError) as refused:
        call_command("verify_ledger", "--batch", "2025-01-MONTHEND")
    assert refused.value.returncode == 2
