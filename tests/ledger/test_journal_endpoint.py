"""`/api/v1/journal-entries` and the trial balance."""

import csv
import io

import pytest

from batches.ledger import queries
from batches.ledger.models import PremiumTransaction
from project.access.roles import ALL_READERS, Role
from project.postgres import sql
from tests.ledger.posting import open_month, post
from tests.workers.hands import own_session

PATH = "/api/v1/journal-entries"
FUNDS = [("TABARRU", "40.00"), ("TANAHUD", "40.00"), ("UJROH", "20.00")]


@pytest.fixture
def viewer(client_for):
    return client_for(Role.FINANCE_VIEWER)


@pytest.fixture
def journal():
    """January: three premiums and a claim; February: one premium."""
    january = open_month()
    row = {
        "policy_id": "P", "txn_date": "2025-01-05", "premium_amount": 100, "fund_tabarru": 40, "fund_tanahud": 40,
        "fund_ujroh": 20, "product_code": "X", "plan_code": "Y", "payment_method": "Z", "status": "PAID",
    }  # fmt: skip
    keys = [PremiumTransaction.objects.create(txn_id=f"T{number}", **row).pk for number in range(4)]
    premiums = [("PREMIUM", fund, key, amount) for key in keys[:3] for fund, amount in FUNDS]
    post(january, [*premiums, ("CLAIM", "QARD_HASAN", 77, "12.34")])
    february = open_month("2025-02")
    post(february, [("PREMIUM", fund, keys[3], amount) for fund, amount in FUNDS], first=11)
    return january


def numbers(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [entry["entry_number"] for entry in response.json()["results"]]


def test_entries_come_in_order_of_their_number(viewer, journal):
    found = viewer.get(PATH).json()
    assert [entry["entry_number"] for entry in found["results"]] == list(range(1, 14))
    assert found["next"] is None
    assert found["results"][0] == {
        "entry_number": 1, "batch_id": "2025-01-MONTHEND", "posting_date": "2025-01-01", "source": "PREMIUM",
        "source_id": PremiumTransaction.objects.get(txn_id="T0").pk, "fund": "TABARRU",
        "debit_account": "2010-001", "credit_account": "3010-001", "amount": "40.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("batch_id=2025-02-MONTHEND", [11, 12, 13]),
        ("entry_from=3&entry_to=5", [3, 4, 5]),
        ("entry_from=12", [12, 13]),
        ("account=2020-001", [10]),
        ("account=3030-001", [3, 6, 9, 13]),
        ("fund=UJROH&batch_id=2025-01-MONTHEND", [3, 6, 9]),
        ("source=CLAIM", [10]),
        ("source=PREMIUM&reference=T1", [4, 5, 6]),
        ("source=PREMIUM&reference=T3", [11, 12, 13]),
        ("source=PREMIUM&reference=unknown", []),
        ("date_from=2025-01-15", [11, 12, 13]),
        ("date_to=2025-01-15&amount=20.00", [3, 6, 9]),
        ("amount=99.99", []),
    ],
)
def test_filters_narrow_the_list(viewer, journal, query, expected):
    assert numbers(viewer.get(f"{PATH}?{query}")) == expected


def test_pages_follow_one_another_without_gap(viewer, journal):
    seen, cursor = [], ""
    while cursor is not None:
        page = viewer.get(f"{PATH}?limit=4&fund=TABARRU&cursor={cursor}" if cursor else f"{PATH}?limit=4&fund=TABARRU")
        seen += numbers(page)
        cursor = page.json()["next"]
    assert seen == [1, 4, 7, 11]


def test_a_search_that_meets_nothing_looks_at_a_bounded_span(viewer, journal, monkeypatch):
    monkeypatch.setattr(queries, "ROWS_LOOKED_AT", 2)
    monkeypatch.setattr(queries, "STEPS_A_PAGE", 3)
    first = viewer.get(f"{PATH}?amount=12.34").json()
    assert first["results"] == []
    second = viewer.get(f"{PATH}?amount=12.34&cursor={first['next']}").json()
    assert [entry["entry_number"] for entry in second["results"]] == [10]


def test_the_empty_journal_is_an_empty_page(viewer):
    assert viewer.get(PATH).json() == {"results": [], "next": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("account=9", "account"),
        ("fund=GOLD", "fund"),
        ("source=X", "source"),
        ("reference=T1", "reference"),
        ("entry_from=5&entry_to=4", "entry_from"),
        ("date_from=2025-02-01&date_to=2025-01-01", "date_from"),
        ("date_from=soon", "date_from"),
        ("amount=1.234", "amount"),
        ("entry_from=0", "entry_from"),
        ("entry_from=99999999999999999999", "entry_from"),
        ("batch=1", "batch"),
        ("limit=1001", "limit"),
    ],
)
def test_a_wrong_filter_is_named(viewer, journal, query, field):
    response = viewer.get(f"{PATH}?{query}")
    assert (response.status_code, list(response.json()["details"]["fields"])) == (400, [field])


def test_an_unknown_batch_is_a_404(viewer, journal):
    assert viewer.get(f"{PATH}?batch_id=2031-01-MONTHEND").status_code == 404


def test_a_cursor_of_another_list_is_refused(viewer, journal):
    assert viewer.get(f"{PATH}?cursor=abc").json()["error"] == "INVALID_CURSOR"


@pytest.mark.parametrize("role", list(Role))
def test_readers_and_nobody_else(client_for, journal, role):
    expected = 200 if role in ALL_READERS else 403
    for path in (PATH, f"{PATH}/export", "/api/v1/periods/2025-01/trial-balance"):
        assert client_for(role).get(path).status_code == expected


def test_the_export_has_every_entry(viewer, journal):
    response = viewer.get(f"{PATH}/export?fund=UJROH")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [(row["entry_number"], row["amount"]) for row in rows] == [
        ("3", "20.00"), ("6", "20.00"), ("9", "20.00"), ("13", "20.00")
    ]  # fmt: skip


def test_the_trial_balance_carries_forward(viewer, journal):
    january = viewer.get("/api/v1/periods/2025-01/trial-balance").json()
    assert january["totals"] == {"debit": "312.34", "credit": "312.34", "difference": "0.00"}
    assert january["funds"] == [
        {"source": "PREMIUM", "fund": "TABARRU", "entries": 3, "amount": "120.00"},
        {"source": "PREMIUM", "fund": "TANAHUD", "entries": 3, "amount": "120.00"},
        {"source": "PREMIUM", "fund": "UJROH", "entries": 3, "amount": "60.00"},
        {"source": "CLAIM", "fund": "QARD_HASAN", "entries": 1, "amount": "12.34"},
    ]
    february = viewer.get("/api/v1/periods/2025-02/trial-balance").json()
    tabarru = next(row for row in february["balances"] if row["account"] == "3010-001")
    assert [tabarru[name] for name in ("opening", "debit", "credit", "closing", "entries")] == [
        "-120.00", "0.00", "40.00", "-160.00", 1
    ]  # fmt: skip


def test_the_trial_balance_as_csv(viewer, journal):
    response = viewer.get("/api/v1/periods/2025-01/trial-balance.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert response["Content-Type"].startswith("text/csv")
    assert sum(float(row["debit"]) for row in rows) == pytest.approx(312.34)


def test_the_trial_balance_reads_no_entries(viewer, journal):
    with own_session(autocommit=False) as other:
        other.execute("LOCK TABLE journal_entry IN ACCESS EXCLUSIVE MODE")
        sql.execute("SET lock_timeout = '10s'")
        try:
            assert viewer.get("/api/v1/periods/2025-01/trial-balance").status_code == 200
        finally:
            sql.execute("RESET lock_timeout")
