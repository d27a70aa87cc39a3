"""GET /api/v1/batch: the list, its filters and pages."""

from decimal import Decimal

import pytest

from tests.monthend import months

URL = "/api/v1/batch"
ALL = ["2025-02-MONTHEND", "2025-01-MONTHEND-2", "2025-01-MONTHEND"]


@pytest.fixture
def batches(january, close):
    """A dry run and a close of January, then February."""
    close(dry_run=True)
    close()
    months.make_period(months.FEBRUARY)
    close(months.FEBRUARY)


def names(answer):
    return [batch["batch_id"] for batch in answer.json()["results"]]


def test_at_first_there_is_none(january, admin):
    assert admin.get(URL).json() == {"results": [], "next": None}


def test_the_newest_comes_first(batches, admin):
    assert names(admin.get(URL)) == ALL


def test_a_line_tells_what_the_batch_is(batches, admin):
    totals = months.expected()
    line = admin.get(URL).json()["results"][1]
    assert Decimal(line.pop("expected_amount")) == totals.amount
    assert line.pop("initiated_at") < line.pop("finished_at")
    assert line == {
        "batch_id": "2025-01-MONTHEND-2",
        "period": "2025-01",
        "batch_type": "COMBINED",
        "status": "COMMITTED",
        "phase": "DONE",
        "dry_run": False,
        "reverses": None,
        "expected_transactions": totals.transactions,
        "expected_entries": totals.entries,
        "first_entry": 1,
        "last_entry": totals.entries,
        "initiated_by": None,
        "reason": "",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=COMMITTED", ALL[:2]),
        ("status=DRY_RUN_COMPLETED", ALL[2:]),
        ("status=FAILED", []),
        ("period=2025-01", ALL[1:]),
        ("period=2025-01&status=COMMITTED", [ALL[1]]),
        ("period=1999-01", []),
    ],
)
def test_filters_narrow_it(batches, admin, query, found):
    assert names(admin.get(f"{URL}?{query}")) == found


@pytest.mark.parametrize(("query", "field"), [("status=LOST", "status"), ("period=January", "period"), ("x=1", "x")])
def test_a_wrong_filter_is_named(january, admin, query, field):
    answer = admin.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == [field]


def test_pages_follow_one_another(batches, admin):
    first = admin.get(f"{URL}?limit=2")
    assert names(first) == ALL[:2]
    second = admin.get(f"{URL}?limit=2&cursor={first.json()['next']}")
    assert names(second) == ALL[2:]
    assert second.json()["next"] is None


def test_filter_and_cursor_go_together(batches, admin):
    first = admin.get(f"{URL}?limit=1&period=2025-01").json()
    assert names(admin.get(f"{URL}?limit=1&period=2025-01&cursor={first['next']}")) == ALL[2:]


def test_a_cursor_that_nobody_gave_is_refused(january, admin):
    assert admin.get(f"{URL}?cursor=made-up").json()["error"] == "INVALID_CURSOR"
