"""GET /api/v1/batch/{batch_id}/validation."""

from decimal import Decimal

from batches.ledger.models import PostingRule
from tests.monthend import months
from tests.monthend.closing import initiate

URL = "/api/v1/batch/2025-01-MONTHEND/validation"


def checks(body, layer):
    return {check["name"]: check for check in body["validations"][layer]["checks"]}


def test_before_the_plan_nothing_is_checked(january, admin):
    initiate()
    layers = admin.get(URL).json()["validations"]
    assert {layer["status"] for layer in layers.values()} == {"PENDING"}
    assert {layer["timestamp"] for layer in layers.values()} == {None}


def test_a_committed_batch_passed_every_check(january, admin, close):
    close()
    body = admin.get(URL).json()
    for layer in body["validations"].values():
        assert layer["status"] == "PASSED"
        assert layer["timestamp"]
        assert {check["status"] for check in layer["checks"]} <= {"PASS"}
    assert {"prerequisite_batches", "source_data_integrity", "database_resources"} <= set(checks(body, "pre_flight"))


def test_the_pre_commit_figures_are_those_of_the_month(january, admin, close):
    totals = months.expected()
    close()
    found = checks(admin.get(URL).json(), "pre_commit")
    count = found["record_count"]
    assert (count["expected"], count["actual"]) == (totals.entries, totals.entries)
    sequence = found["sequence_integrity"]
    assert (sequence["gaps"], sequence["duplicates"]) == (0, 0)
    balance = found["debit_credit_balance"]
    assert balance["total_debit"] == balance["total_credit"] == str(totals.amount)
    assert balance["difference"] == "0.00"
    assert found["source_linkage"]["status"] == "PASS"


def test_fund_totals_are_those_of_the_allocations(january, admin, close):
    totals = months.expected()
    close()
    funds: dict[str, Decimal] = {}
    for (_, fund), (_, amount) in totals.funds.items():
        funds[fund] = funds.get(fund, Decimal(0)) + amount
    found = checks(admin.get(URL).json(), "pre_commit")["fund_totals"]["fund_checks"]
    assert found == [
        {"fund": fund, "expected": str(funds[fund]), "actual": str(funds[fund]), "difference": "0.00"}
        for fund in ("TABARRU", "TANAHUD", "UJROH", "QARD_HASAN")
    ]


def test_the_ranges_are_summed_up(january, admin, close):
    close(worker_count=5)
    layer = admin.get(URL).json()["validations"]["per_worker"]
    assert (layer["ranges"], layer["validated"], layer["checks"]) == (5, 5, [])


def test_a_failed_check_says_what_is_missing(january, admin, close):
    PostingRule.objects.filter(fund__code="UJROH").delete()
    close()
    body = admin.get(URL).json()
    assert body["validations"]["pre_flight"]["status"] == "FAILED"
    rules = checks(body, "pre_flight")["posting_rules"]
    entries = months.expected().funds["PREMIUM", "UJROH"][0]
    assert rules["status"] == "FAIL"
    assert rules["uncovered"] == [{"source": "PREMIUM", "fund": "UJROH", "entries": entries}]
