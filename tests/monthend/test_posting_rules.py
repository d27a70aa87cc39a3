"""Which accounts an entry gets: by product, by date within the month, and what happens where no rule holds."""

from datetime import date

from batches.ledger.models import Account, Fund, PostingRule, TransactionSource
from batches.monthend.services import resume_batch
from project.postgres import sql
from tests.monthend import months
from tests.monthend.closing import initiate, journal, verify, wait_for


def account(code: str) -> Account:
    return Account.objects.get_or_create(code=code, defaults={"name": code, "kind": "INCOME"})[0]


def rule(*, fund: str = "UJROH", product: str | None = None, credit: str, start: date, end: date | None = None) -> None:
    """A premium rule to another credit account."""
    PostingRule.objects.create(
        source=TransactionSource.objects.get(code="PREMIUM"),
        fund=Fund.objects.get(code=fund),
        product_code=product,
        debit_account=account("2010-001"),
        credit_account=account(credit),
        valid_from=start,
        valid_to=end,
    )


def by_credit_account(fund: str = "UJROH") -> dict[tuple[str, str], int]:
    """Premium entries of a fund by product and credit account."""
    found = sql.rows(
        "SELECT t.product_code AS product, a.code AS account, count(*) AS entries FROM journal_entry e"
        " JOIN premium_transaction t ON t.id = e.source_id JOIN account a ON a.id = e.credit_account_id"
        " JOIN fund f ON f.id = e.fund_id WHERE f.code = %s AND e.source_type = 1 GROUP BY 1, 2",
        [fund],
    )
    return {(row["product"], row["account"]): row["entries"] for row in found}


def test_a_product_rule_goes_before_the_general_one(january, close):
    rule(product="FAMILY", credit="3099-001", start=date(2025, 1, 1))
    close()
    assert set(by_credit_account()) == {("MOTOR", "3030-001"), ("FAMILY", "3099-001")}
    assert set(by_credit_account("TABARRU")) == {("MOTOR", "3010-001"), ("FAMILY", "3010-001")}
    assert verify() == (0, [])


def test_a_rule_changes_within_the_month(january, close):
    PostingRule.objects.filter(source__code="PREMIUM", fund__code="UJROH").update(valid_to=date(2025, 1, 15))
    rule(credit="3099-001", start=date(2025, 1, 16))
    close()
    found = sql.rows(
        "SELECT a.code AS account, min(e.posting_date) AS first, max(e.posting_date) AS last FROM journal_entry e"
        " JOIN account a ON a.id = e.credit_account_id JOIN fund f ON f.id = e.fund_id"
        " WHERE f.code = 'UJROH' AND e.source_type = 1 GROUP BY 1 ORDER BY 1"
    )
    assert [(row["account"], row["first"].day >= 16, row["last"].day <= 15) for row in found] == [
        ("3030-001", False, True),
        ("3099-001", True, False),
    ]
    assert verify() == (0, [])


def test_a_product_rule_for_a_part_of_the_month_gives_way_to_the_general_one(january, close):
    rule(product="FAMILY", credit="3099-001", start=date(2025, 1, 10), end=date(2025, 1, 12))
    close()
    wrong = sql.rows(
        "SELECT e.entry_number FROM journal_entry e JOIN premium_transaction t ON t.id = e.source_id"
        " JOIN account a ON a.id = e.credit_account_id JOIN fund f ON f.id = e.fund_id"
        " WHERE f.code = 'UJROH' AND e.source_type = 1 AND (a.code = '3099-001') IS DISTINCT FROM"
        " (t.product_code = 'FAMILY' AND e.posting_date BETWEEN '2025-01-10' AND '2025-01-12')"
    )
    assert (wrong, verify()) == ([], (0, []))


def test_a_rule_of_another_month_does_not_count(january, close):
    rule(product="MOTOR", credit="3099-001", start=date(2025, 2, 1))
    rule(product="FAMILY", credit="3098-001", start=date(2024, 1, 1), end=date(2024, 12, 31))
    close()
    assert {account for _, account in by_credit_account()} == {"3030-001"}


def test_a_missing_rule_fails_the_batch_and_says_what_to_do(january, close):
    PostingRule.objects.filter(source__code="PREMIUM", fund__code="UJROH").delete()
    batch = close()
    assert (batch.status, batch.holds_ledger) == ("FAILED", False)
    assert "Entries without a posting rule: add or extend a rule, then resume" in batch.reason
    check = batch.validations.get(name="posting_rules")
    entries = months.expected().funds["PREMIUM", "UJROH"][0]
    assert check.details["uncovered"] == [{"source": "PREMIUM", "fund": "UJROH", "entries": entries}]


def test_a_rule_that_leaves_out_a_product_or_a_day_counts_what_it_leaves_out(january, close):
    PostingRule.objects.filter(source__code="PREMIUM", fund__code="UJROH").update(valid_to=date(2025, 1, 30))
    months.add_premium(900, 1, 1, 1, day=31)
    batch = close()
    assert batch.validations.get(name="posting_rules").details["uncovered"] == [
        {"source": "PREMIUM", "fund": "UJROH", "entries": 1}
    ]


def test_a_fund_that_does_not_occur_needs_no_rule(january, close, tamper):
    tamper("DELETE FROM claim_transaction WHERE fund_qard_hasan > 0")
    PostingRule.objects.filter(fund__code="QARD_HASAN").delete()
    assert close().status == "COMMITTED"


def test_once_the_rule_is_added_the_batch_is_resumed(january, start_runtime, admin):
    PostingRule.objects.filter(source__code="PREMIUM", fund__code="UJROH").delete()
    start_runtime()
    batch = wait_for(initiate(), "FAILED")
    rule(credit="3030-001", start=date(2025, 1, 1))
    answer = admin.post("/api/v1/batch/2025-01-MONTHEND/resume", {})
    assert (answer.status_code, answer.json()["status"]) == (202, "PREPARING")
    wait_for(batch, "COMMITTED")
    assert (batch.reason, len(journal())) == ("", months.expected().entries)
    assert verify() == (0, [])


def test_a_resume_counts_again_what_came_meanwhile(january, start_runtime):
    PostingRule.objects.filter(source__code="PREMIUM", fund__code="UJROH").delete()
    start_runtime()
    batch = wait_for(initiate(), "FAILED")
    months.make_period(months.JANUARY)
    months.add_premiums(50, first=201)
    resume_batch(batch=batch, actor=None)
    wait_for(batch, "COMMITTED")
    assert len(journal()) == months.expected().entries


def test_rules_changed_after_the_plan_do_not_touch_the_batch(january, gate, start_runtime):
    post = gate("month_end.post")
    batch = initiate()
    start_runtime()
    post.wait_until_reached()
    PostingRule.objects.filter(fund__code="UJROH").update(credit_account=account("3099-001"))
    post.open()
    wait_for(batch, "COMMITTED")
    assert {code for _, code in by_credit_account()} == {"3030-001"}
    assert verify() == (0, [])
