"""GET /api/v1/batch/{batch_id}/metrics."""

from tests.monthend import months
from tests.monthend.closing import initiate, leaves, wait_until

URL = "/api/v1/batch/2025-01-MONTHEND/metrics"


def test_before_posting_what_is_not_measured_is_null(january, admin):
    initiate()
    metrics = admin.get(URL).json()["metrics"]
    target = round(months.expected().transactions / 1800)
    assert metrics["throughput"] == {"current_rps": None, "average_rps": None, "peak_rps": None, "target_rps": target}
    assert set(metrics["latency"].values()) == {None}
    assert metrics["database"]["query_time_avg_ms"] is None
    assert metrics["memory"]["staging_table_size_mb"] == 0


def test_after_a_close_everything_was_measured(january, admin, close):
    close()
    metrics = admin.get(URL).json()["metrics"]
    latency = metrics["latency"]
    assert 0 < latency["p50_ms"] <= latency["p95_ms"] <= latency["p99_ms"] <= latency["max_ms"]
    assert metrics["throughput"]["peak_rps"] >= metrics["throughput"]["average_rps"] > 0
    assert metrics["database"]["query_time_avg_ms"] > 0


def test_connections_are_those_of_the_server(january, admin, other):
    initiate()
    database = admin.get(URL).json()["metrics"]["database"]
    most = int(other.execute("SHOW max_connections").fetchone()[0])
    assert database["max_connections"] == most
    assert 2 <= database["active_connections"] <= most
    assert database["connection_utilization"] == round(100 * database["active_connections"] / most, 1)


def test_memory_is_what_workers_and_leaves_take(january, admin, close, other):
    close()
    wait_until(lambda: admin.get(URL).json()["metrics"]["memory"]["worker_memory_total_mb"] is not None)
    memory = admin.get(URL).json()["metrics"]["memory"]
    held = sum(other.execute(f"SELECT pg_total_relation_size('{leaf}')").fetchone()[0] for leaf in leaves())
    assert memory["staging_table_size_mb"] == round(held / 1048576, 1)
    assert memory["worker_memory_total_mb"] > 10
    assert 0 <= memory["database_cache_hit_rate"] <= 100
