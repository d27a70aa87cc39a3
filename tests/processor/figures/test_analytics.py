"""`GET /api/batch-processor/analytics`"""

from datetime import datetime, timedelta

import pytest

from project.access.roles import Role
from tests.processor.figures.reports import event, fold, minute, run

PATH = "/api/batch-processor/analytics"
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def some():
    """Two minutes of one model, one of which is folded, and a run of another model."""
    run(1.0, 2.0, 3.0, compute_ms=4.0, ago=5 * A_MINUTE)
    event("queued", ago=5 * A_MINUTE)
    event("completed", seconds=1.5, completed=2, failed=1, ago=5 * A_MINUTE)
    fold()
    run(100.0, compute_ms=20.0)
    run(1.0, compute_ms=1.0, model="other")


def read(client, **query):
    answer = client.get(PATH, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_contracts_request_gives_throughput_and_latency(integrator, some):
    body = integrator.get(f"{PATH}?period=1h&metrics=throughput,latency").json()
    assert list(body["metrics"]) == ["throughput", "latency"]
    assert (body["step_seconds"], body["model"]) == (60, None)
    throughput, latency = body["metrics"]["throughput"], body["metrics"]["latency"]
    assert throughput["items"] == 5
    assert len(throughput["series"]) == len(latency["series"]) == 60
    assert throughput["per_second"] == pytest.approx(5 / 3600, rel=0.05, abs=0.01)
    assert latency["average_ms"] == pytest.approx((5 + 6 + 7 + 120 + 2) / 5)
    assert latency["p50_ms"] == pytest.approx(6, rel=0.26)
    assert latency["p99_ms"] == pytest.approx(120, rel=0.26)


def test_the_series_have_each_minute_in_its_place(integrator, some):
    body = read(integrator, period="10m", metrics="throughput")
    series = {step["at"]: step["items"] for step in body["metrics"]["throughput"]["series"]}
    found = {datetime.fromisoformat(at): items for at, items in series.items() if items}
    assert sum(found.values()) == 5
    assert found[min(found)] == 3
    assert minute() - min(found) <= 6 * A_MINUTE


@pytest.mark.parametrize("name", ["model", "model-v1.0"])
def test_queue_time_stands_apart_from_compute_time_of_one_model(integrator, some, model, name):
    metrics = read(integrator, metrics="queue_time,compute_time", model=name)["metrics"]
    assert metrics["queue_time"]["average_ms"] == pytest.approx(106 / 4)
    assert metrics["compute_time"]["average_ms"] == pytest.approx(12)
    assert metrics["compute_time"]["p95_ms"] == pytest.approx(20, rel=0.26)


def test_sizes_and_ends_of_batches(integrator, some):
    metrics = read(integrator, metrics="batch_size,batches")["metrics"]
    size, batches = metrics["batch_size"], metrics["batches"]
    assert (size["runs"], size["average"]) == (3, 1.67)
    assert size["sizes"] == [{"at_least": 1, "runs": 2}, {"at_least": 2, "runs": 1}]
    assert {name: batches[name] for name in ("submitted", "completed", "completed_items", "failed_items")} == {
        "submitted": 1,
        "completed": 1,
        "completed_items": 2,
        "failed_items": 1,
    }
    assert batches["average_seconds"] == 1.5


def test_all_metrics_of_an_hour_are_the_default(integrator):
    body = read(integrator)
    assert set(body["metrics"]) == {"throughput", "latency", "queue_time", "compute_time", "batch_size", "batches"}
    span = datetime.fromisoformat(body["period_end"]) - datetime.fromisoformat(body["period_start"])
    assert timedelta(minutes=59) <= span <= timedelta(hours=1)


def test_of_nothing_there_are_zeros_and_nulls(integrator):
    metrics = read(integrator, period="5m")["metrics"]
    assert (metrics["throughput"]["items"], metrics["throughput"]["per_second"]) == (0, 0.0)
    for name in ("latency", "queue_time", "compute_time"):
        assert {metrics[name][part] for part in ("average_ms", "p50_ms", "p95_ms", "p99_ms")} == {None}
    assert (metrics["batch_size"]["average"], metrics["batch_size"]["sizes"]) == (None, [])
    assert metrics["batches"]["average_seconds"] is None


@pytest.mark.parametrize(
    ("period", "step", "count"),
    [("1m", 60, 1), ("3h", 60, 180), ("24h", 900, 96), ("7d", 3600, 168), ("14d", 21_600, 56)],
)
def test_longer_periods_have_longer_steps(integrator, period, step, count):
    body = read(integrator, period=period, metrics="throughput")
    assert (body["step_seconds"], len(body["metrics"]["throughput"]["series"])) == (step, count)


def test_the_step_can_be_chosen(integrator, some):
    body = read(integrator, period="1h", step="30m", metrics="throughput")
    assert [step["items"] for step in body["metrics"]["throughput"]["series"]] == [0, 5]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=1w", "period"),
        ("period=0h", "period"),
        ("period=15d", "period"),
        ("period=", "period"),
        ("period=99999d", "period"),
        ("metrics=speed", "metrics"),
        ("metrics=", "metrics"),
        ("metrics=throughput,,latency", "metrics"),
        ("step=1s", "step"),
        ("period=24h&step=1m", "step"),
        ("bucket=1m", "bucket"),
        ("model=nobody", "model"),
    ],
)
def test_what_is_wrong_is_named(integrator, query, field):
    answer = integrator.get(f"{PATH}?{query}")
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [field])


@pytest.mark.parametrize("path", [PATH, "/api/batch-processor/metrics"])
@pytest.mark.parametrize("role", [*Role, None])
def test_readers_see_figures(client_for, role, path):
    readers = {Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.FINANCE_VIEWER, Role.AUDITOR, Role.INTEGRATOR}
    expected = 401 if role is None else 200 if role in readers else 403
    assert client_for(role).get(path).status_code == expected
