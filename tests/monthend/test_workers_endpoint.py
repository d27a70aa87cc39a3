"""GET /api/v1/batch/{batch_id}/workers."""

from datetime import datetime

from tests.monthend import months
from tests.monthend.closing import initiate, wait_until

URL = "/api/v1/batch/2025-01-MONTHEND/workers"


def test_before_the_plan_there_is_none(january, admin):
    initiate()
    assert admin.get(URL).json() == {"batch_id": "2025-01-MONTHEND", "workers": []}


def test_each_worker_has_what_it_posted(january, admin, close):
    batch = close(worker_count=4)
    workers = admin.get(URL).json()["workers"]
    assert [worker["worker_id"] for worker in workers] == [1, 2, 3, 4]
    assert sum(worker["progress"]["records_processed"] for worker in workers) == months.expected().transactions
    for worker in workers:
        progress = worker["progress"]
        assert worker["status"] == "COMPLETED"
        assert progress["records_processed"] == progress["expected_records"] > 0
        assert progress["percentage"] == 100.0
        assert worker["performance"]["records_per_second"] > 0
        assert batch.started_at <= datetime.fromisoformat(worker["completed_at"]) <= batch.finished_at
        assert not {"error", "eta_seconds", "last_checkpoint"} & set(worker)


def test_a_planned_worker_waits(january, admin, gate, start_runtime):
    post = gate("month_end.post")
    initiate(worker_count=3)
    start_runtime()
    post.wait_until_reached()
    for worker in admin.get(URL).json()["workers"]:
        assert worker["status"] == "ASSIGNED"
        assert worker["progress"]["records_processed"] == 0
        assert worker["last_checkpoint"] is None
        assert "performance" not in worker


def test_a_running_worker_has_progress(january, admin, start_runtime, other, gate):
    post = gate("month_end.post")
    initiate(worker_count=1)
    start_runtime()
    post.wait_until_reached()
    with other.transaction():
        other.execute("LOCK TABLE journal_entry_b1_1 IN SHARE MODE")
        post.open()
        wait_until(lambda: admin.get(URL).json()["workers"][0]["status"] == "RUNNING")
        worker = admin.get(URL).json()["workers"][0]
        assert worker["performance"]["elapsed_seconds"] >= 0
        assert worker["eta_seconds"] is None
        assert worker["last_checkpoint"] is None
