"""The rows without which nothing works: funds, sources, claim types, prerequisite kinds, a period's legal moves."""

from django.db import migrations

FUNDS = [("TABARRU", "Tabarru"), ("TANAHUD", "Tanahud"), ("UJROH", "Ujroh"), ("QARD_HASAN", "Qard Hasan")]

CLAIM_TYPES = [
    ("DEATH", "Death"),
    ("MATURITY", "Maturity"),
    ("SURRENDER", "Surrender"),
    ("DAMAGE", "Own damage"),
    ("FIRE", "Fire"),
    ("THEFT", "Theft"),
    ("TPL", "Third-party liability"),
    ("WINDSCREEN", "Windscreen"),
    ("OTHER", "Other"),
]

PREREQUISITES = [
    ("AP_CLOSE", "Accounts payable closed"),
    ("AR_CLOSE", "Accounts receivable closed"),
    ("PAYROLL_CLOSE", "Payroll closed"),
]

MOVES = [
    ("FUTURE", "OPEN"),
    ("OPEN", "CLOSING"),
    ("CLOSING", "OPEN"),
    ("OPEN", "CLOSED"),
    ("CLOSING", "CLOSED"),
    ("CLOSED", "OPEN"),
    ("CLOSED", "LOCKED"),
]

PREMIUM = {
    "code": "PREMIUM", "name": "Premiums", "batch_type": "PREMIUM", "relation": "premium_transaction",
    "reference_column": "txn_id", "date_column": "txn_date", "amount_column": "premium_amount",
    "fund_columns": [["TABARRU", "fund_tabarru"], ["TANAHUD", "fund_tanahud"], ["UJROH", "fund_ujroh"]],
    "postable_statuses": ["PAID"],
}

CLAIM = {
    "code": "CLAIM", "name": "Claims", "batch_type": "CLAIMS", "relation": "claim_transaction",
    "reference_column": "claim_id", "date_column": "claim_date", "amount_column": "claim_amount",
    "fund_columns": [
        ["TABARRU", "fund_tabarru"], ["TANAHUD", "fund_tanahud"], ["UJROH", "fund_ujroh"],
        ["QARD_HASAN", "fund_qard_hasan"],
    ],
    "postable_statuses": ["APPROVED", "PAID"],
}


def add_rows(apps, schema_editor) -> None:
    model = lambda name: apps.get_model("ledger", name).objects
    for position, (code, name) in enumerate(FUNDS, start=1):
        model("Fund").create(code=code, name=name, position=position)
    for code, name in CLAIM_TYPES:
        model("ClaimType").create(code=code, name=name)
    for code, name in PREREQUISITES:
        model("PrerequisiteKind").create(code=code, name=name)
    for before, after in MOVES:
        model("AccountingPeriodMove").create(from_status=before, to_status=after)
    for source in (PREMIUM, CLAIM):
        model("TransactionSource").create(
            **source, key_column="id", status_column="status", product_column="product_code"
        )
    model("EntryNumberCounter").create(id=1, next_number=1)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_journal")]

    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
