"""GET /api/v1/batch/{batch_id}/report, as JSON and as CSV."""

import csv
import io
from decimal import Decimal

from tests.monthend import months
from tests.monthend.closing import initiate

URL = "/api/v1/batch/2025-01-MONTHEND/report"


def test_it_has_the_funds_and_a_trial_balance_that_balances(january, admin, close):
    totals = months.expected()
    close()
    body = admin.get(URL).json()
    assert (body["status"], body["period"], body["dry_run"], body["reverses"]) == ("COMMITTED", "2025-01", False, None)
    assert (body["transactions"], body["entries"]) == (totals.transactions, totals.entries)
    assert Decimal(body["amount"]) == totals.amount
    assert (body["first_entry"], body["last_entry"]) == (1, totals.entries)
    funds = {(line["source"], line["fund"]): (line["entries"], Decimal(line["amount"])) for line in body["funds"]}
    assert funds == dict(totals.funds)
    debit, credit = (sum(Decimal(line[side]) for line in body["trial_balance"]) for side in ("debit", "credit"))
    assert debit == credit == totals.amount


def test_it_measures_every_phase(january, admin, close):
    close()
    timings = admin.get(URL).json()["timings"]
    assert all(value > 0 for value in timings.values())
    phases = sum(timings[f"{phase}_seconds"] for phase in ("plan", "post", "validate"))
    assert phases <= timings["total_seconds"] + 0.01


def test_before_the_end_timings_are_null(january, admin):
    initiate()
    body = admin.get(URL).json()
    assert set(body["timings"].values()) == {None}
    assert (body["amount"], body["trial_balance"], body["funds"]) == (None, [], [])


def test_it_compares_with_the_month_before(january, admin, close):
    before = months.expected().amount
    close()
    months.make_period(months.FEBRUARY)
    months.add_premiums(100, code=months.FEBRUARY)
    now = months.expected(months.FEBRUARY).amount
    close(months.FEBRUARY)
    found = admin.get(URL.replace("2025-01", "2025-02")).json()["previous_period"]
    assert (found["period"], Decimal(found["amount"])) == ("2025-01", before)
    assert found["change_percent"] == round(float(100 * (now - before) / before), 1)


def test_the_first_month_has_nothing_to_compare_with(january, admin, close):
    close()
    assert admin.get(URL).json()["previous_period"] is None


def test_as_csv_it_is_the_trial_balance(january, admin, close):
    close()
    wanted = admin.get(URL).json()["trial_balance"]
    answer = admin.get(f"{URL}?format=csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "2025-01-MONTHEND-trial-balance.csv" in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert lines == wanted


def test_another_format_is_refused(january, admin, close):
    close()
    answer = admin.get(f"{URL}?format=pdf")
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == ["format"]
