"""`GET /api/batch-processor/metrics`, and what Prometheus scrapes."""

from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from batches.processor.models import InferenceBatch, InferenceBatchEvent, InferenceRun
from project.access.roles import Role
from tests.processor.figures.reports import event, fold, run
from tests.workers.hands import wait_for

API = "/api/batch-processor"
ITEMS = [{"input": [1, 2, 3]}, {"input": [3, 2, 1]}, {"input": "no numbers"}]
SEED = {
    "current_stats": {
        "active_batches", "queue_length", "average_batch_size", "throughput_per_second", "average_latency_ms",
    },
    "performance_stats": {"total_processed", "success_rate", "error_rate", "average_processing_time_ms"},
    "resource_usage": {"cpu_usage_percent", "memory_usage_mb", "gpu_usage_percent"},
}  # fmt: skip


def scraped(client) -> dict[str, float]:
    """Samples by name and labels."""
    text = client.get("/metrics").content.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {" ".join([one.name, *map(str, one.labels.values())]): one.value for one in samples}


def test_it_has_every_member_of_the_contract(integrator):
    body = integrator.get(f"{API}/metrics").json()
    assert {part: set(members) for part, members in body.items()} == SEED


def test_before_anything_was_run_nothing_is_made_up(integrator):
    body = integrator.get(f"{API}/metrics").json()
    assert body["current_stats"] == {
        "active_batches": 0,
        "queue_length": 0,
        "average_batch_size": None,
        "throughput_per_second": 0.0,
        "average_latency_ms": None,
    }
    assert body["performance_stats"] == {
        "total_processed": 0,
        "success_rate": None,
        "error_rate": None,
        "average_processing_time_ms": None,
    }


def test_what_waits_is_counted(integrator, model):
    integrator.post(f"{API}/submit", {"data": ITEMS, "timeout_ms": 300_000})
    integrator.post(f"{API}/submit", {"data": ITEMS[:1], "timeout_ms": 300_000})
    current = integrator.get(f"{API}/metrics").json()["current_stats"]
    assert (current["active_batches"], current["queue_length"]) == (2, 4)
    page = scraped(integrator)
    assert (page["active_batches"], page["queue_length"], page["batch_requests_total"]) == (2, 4, 2)


def test_rates_and_means_come_from_the_runs(integrator):
    run(1.0, 2.0, 3.0, compute_ms=4.0)
    event("completed", seconds=1.0, completed=2, failed=1)
    run(10.0, compute_ms=8.0, ago=timedelta(hours=2))
    event("completed", seconds=1.0, completed=1, ago=timedelta(hours=2))
    fold()
    body = integrator.get(f"{API}/metrics").json()
    current, ever = body["current_stats"], body["performance_stats"]
    assert (current["average_batch_size"], current["average_latency_ms"]) == (3.0, 6.0)
    assert current["throughput_per_second"] == pytest.approx(3 / 270, abs=0.006)
    assert (ever["total_processed"], ever["success_rate"], ever["error_rate"]) == (4, 0.75, 0.25)
    assert ever["average_processing_time_ms"] == 6.0


def test_a_worker_reports_every_item_once(integrator, model, run_jobs):
    names = [
        integrator.post(f"{API}/submit", {"data": ITEMS, "timeout_ms": 300_000}).json()["batch_id"] for _ in range(4)
    ]
    run_jobs()
    # what was run is reported once its results are there; the items that no model can take are in no run
    wait_for(lambda: sum(InferenceRun.objects.values_list("items", flat=True)) == 8, "the reports of the runs")
    assert {integrator.get(f"{API}/status/{name}").json()["status"] for name in names} == {"completed"}
    body = integrator.get(f"{API}/metrics").json()
    assert (body["current_stats"]["active_batches"], body["current_stats"]["queue_length"]) == (0, 0)
    assert (body["performance_stats"]["total_processed"], body["performance_stats"]["error_rate"]) == (12, 0.333333)
    assert body["resource_usage"]["memory_usage_mb"] is None or body["resource_usage"]["memory_usage_mb"] > 10
    page = scraped(integrator)
    assert (page["batch_requests_total"], page["batch_processing_seconds_count"]) == (4, 4)
    assert page["tutup_processor_batches_total model-v1.0 completed"] == 4
    assert (
        page["tutup_processor_items_total model-v1.0 completed"],
        page["tutup_processor_items_total model-v1.0 failed"],
    ) == (
        8,
        4,
    )
    assert page["tutup_processor_runs_total model-v1.0"] == InferenceRun.objects.count()
    assert page["tutup_processor_compute_seconds_total model-v1.0"] > 0


def test_each_end_of_a_batch_is_counted_by_its_name(integrator, model):
    cancelled = integrator.post(f"{API}/submit", {"data": ITEMS}).json()["batch_id"]
    integrator.delete(f"{API}/cancel/{cancelled}")
    for end in ("completed", "failed", "expired"):
        integrator.post(f"{API}/submit", {"data": ITEMS, "batch_id": end})
        InferenceBatch.objects.filter(batch_id=end).update(status=end)
    page = scraped(integrator)
    ends = ("cancelled", "completed", "failed", "expired")
    assert [page[f"tutup_processor_batches_total model-v1.0 {end}"] for end in ends] == [1, 1, 1, 1]
    assert page["batch_requests_total"] == page["batch_processing_seconds_count"] == 4


def test_a_change_that_ends_nothing_is_no_end(integrator, model):
    integrator.post(f"{API}/submit", {"data": ITEMS})
    InferenceBatch.objects.update(status="processing")
    InferenceBatch.objects.update(status="cancelling")
    assert [one.status for one in InferenceBatchEvent.objects.all()] == ["queued"]


def test_the_histogram_has_what_took_at_most_so_long(integrator):
    for seconds in (0.004, 0.03, 0.03, 2.0, 9999.0):
        event("completed", seconds=seconds)
    page = scraped(integrator)

    def within(limit):
        return page[f"batch_processing_seconds_bucket {limit}"]

    assert [within(limit) for limit in ("0.005", "0.025", "0.05", "1.0", "2.5", "250.0", "+Inf")] == [
        1,
        1,
        3,
        3,
        4,
        4,
        5,
    ]
    assert page["batch_processing_seconds_sum"] == pytest.approx(10_001.064)


def test_every_process_shows_the_same(server, client_for, integrator):
    run(1.0, 2.0)
    key = client_for(Role.AUDITOR)._credentials["HTTP_AUTHORIZATION"]
    theirs = httpx.get(f"{server}{API}/metrics", headers={"Authorization": key}).json()
    assert theirs["performance_stats"] == integrator.get(f"{API}/metrics").json()["performance_stats"]
