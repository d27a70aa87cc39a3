"""GET /api/v1/batch/{batch_id}/status."""

from datetime import datetime

from batches.ledger.models import PostingRule
from batches.monthend.models import MonthEndBatch
from tests.monthend import months
from tests.monthend.closing import initiate, wait_for, wait_until

URL = "/api/v1/batch/2025-01-MONTHEND/status"


def test_before_the_plan_nothing_is_made_up(january, admin):
    initiate(worker_count=7)
    body = admin.get(URL).json()
    assert (body["status"], body["phase"], body["reason"]) == ("PREPARING", "PRE_FLIGHT", None)
    assert body["progress"] == {
        "total_transactions": months.expected().transactions,
        "processed_transactions": 0,
        "percentage": 0.0,
        "workers": {"total": 7, "running": 0, "completed": 0, "failed": 0},
    }
    assert set(body["performance"].values()) == {None}
    assert body["timing"]["estimated_remaining_seconds"] is None
    assert body["timing"]["estimated_completion_at"] is None
    assert body["validation"] == {"pre_flight": "PENDING", "per_worker": "PENDING", "pre_commit": "PENDING"}


def test_a_committed_batch_is_complete(january, admin, close):
    batch = close()
    body = admin.get(URL).json()
    total = months.expected().transactions
    assert (body["status"], body["phase"]) == ("COMMITTED", "DONE")
    assert body["progress"]["processed_transactions"] == body["progress"]["total_transactions"] == total
    assert body["progress"]["percentage"] == 100.0
    assert body["progress"]["workers"] == {"total": 4, "running": 0, "completed": 4, "failed": 0}
    assert set(body["validation"].values()) == {"PASSED"}
    timing = body["timing"]
    assert datetime.fromisoformat(timing["started_at"]) == batch.initiated_at
    assert datetime.fromisoformat(timing["estimated_completion_at"]) == batch.finished_at
    assert timing["elapsed_seconds"] == round((batch.finished_at - batch.initiated_at).total_seconds(), 3)
    assert timing["estimated_remaining_seconds"] is None


def test_the_peak_is_never_below_the_average(january, admin, close):
    close()
    rates = admin.get(URL).json()["performance"]
    assert rates["peak_throughput_per_sec"] >= rates["average_throughput_per_sec"] > 0
    assert rates["current_throughput_per_sec"] == 0


def test_it_moves_through_the_phases_of_a_run(january, admin, gate, start_runtime):
    post, check, commit = (gate(f"month_end.{kind}") for kind in ("post", "validate", "commit"))
    batch = initiate()
    start_runtime()
    post.wait_until_reached()
    body = admin.get(URL).json()
    assert (body["status"], body["validation"]["pre_flight"]) == ("READY", "PASSED")
    post.open()
    check.wait_until_reached()
    body = admin.get(URL).json()
    assert (body["status"], body["phase"]) == ("PROCESSING", "PARALLEL_PROCESSING")
    assert body["progress"]["percentage"] == 100.0
    assert body["validation"]["per_worker"] == "PASSED"
    check.open()
    commit.wait_until_reached()
    body = admin.get(URL).json()
    assert (body["status"], body["phase"]) == ("VALIDATING", "VALIDATION")
    assert body["validation"]["pre_commit"] == "PASSED"
    commit.open()
    wait_for(batch, "COMMITTED")


def test_in_the_middle_of_posting_it_has_rates_and_an_estimate(january, admin, gate, start_runtime, other):
    post = gate("month_end.post")
    initiate(worker_count=8)
    start_runtime(slots=1)
    post.wait_until_reached()
    with other.transaction():
        other.execute("SELECT FROM month_end_range WHERE number = 5 FOR UPDATE")
        post.open()
        wait_until(lambda: admin.get(URL).json()["progress"]["workers"]["completed"] == 4)
        body = admin.get(URL).json()
        assert (body["status"], body["phase"]) == ("PROCESSING", "PARALLEL_PROCESSING")
        assert 0 < body["progress"]["percentage"] < 100
        assert body["performance"]["average_throughput_per_sec"] > 0
        assert body["timing"]["estimated_remaining_seconds"] >= 0
        assert (
            datetime.fromisoformat(body["timing"]["estimated_completion_at"]) > MonthEndBatch.objects.get().started_at
        )


def test_a_failed_batch_says_why(january, admin, close):
    PostingRule.objects.filter(fund__code="UJROH").delete()
    close()
    body = admin.get(URL).json()
    assert body["status"] == "FAILED"
    assert "rule" in body["reason"]
    assert body["validation"]["pre_flight"] == "FAILED"
    assert body["timing"]["estimated_completion_at"] is None
