"""A small chart of accounts with rules for every fund of both sources, for the demo and the tests."""

from datetime import date

from django.db import transaction

from batches.ledger.models import Account, Fund, PostingRule, TransactionSource

ACCOUNTS = [
    ("1010-001", "Bank", "ASSET"),
    ("2010-001", "Premium liability", "LIABILITY"),
    ("2020-001", "Claims payable", "LIABILITY"),
    ("3010-001", "Tabarru fund", "FUND"),
    ("3020-001", "Tanahud fund", "FUND"),
    ("3030-001", "Ujroh income", "INCOME"),
    ("3040-001", "Qard Hasan fund", "FUND"),
]
FUND_ACCOUNTS = {"TABARRU": "3010-001", "TANAHUD": "3020-001", "UJROH": "3030-001", "QARD_HASAN": "3040-001"}
VALID_FROM = date(2000, 1, 1)


def load() -> None:
    """Add the sample accounts and rules that aren't there yet; rows that are there stay as they are."""
    with transaction.atomic():
        for code, name, kind in ACCOUNTS:
            Account.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})
        accounts = {account.code: account for account in Account.objects.all()}
        for source in TransactionSource.objects.filter(code__in=["PREMIUM", "CLAIM"]):
            for fund_code, _column in source.fund_columns:
                _add_rule(source, Fund.objects.get(code=fund_code), accounts)


def _add_rule(source: TransactionSource, fund: Fund, accounts: dict[str, Account]) -> None:
    """A premium's share moves from the premium liability to its fund, a claim's from the fund to the claims payable."""
    if PostingRule.objects.filter(source=source, fund=fund, product_code=None).exists():
        return
    of_fund = accounts[FUND_ACCOUNTS[fund.code]]
    is_premium = source.code == "PREMIUM"
    PostingRule.objects.create(
        source=source,
        fund=fund,
        debit_account=accounts["2010-001"] if is_premium else of_fund,
        credit_account=of_fund if is_premium else accounts["2020-001"],
        description=f"{source.name}: share of {fund.name}",
        valid_from=VALID_FROM,
    )
