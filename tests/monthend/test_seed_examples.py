"""The contract's seven examples over HTTP, against a running server and engine, checked field by field.

Each answer must have every member of the contract's example, of the same JSON type or null where the documentation
allows it, and must be valid under the OpenAPI document.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from django.conf import settings

from project.access.roles import Role
from tests.monthend import months
from tests.monthend.closing import wait_until

BATCH = "/api/v1/batch/2025-01-MONTHEND"
INITIATE = "/api/v1/batch/month-end/initiate"
REQUEST = {
    "period_start": "2025-01-01",
    "period_end": "2025-01-31",
    "batch_type": "COMBINED",
    "worker_count": 100,
    "dry_run": False,
}
STATUS = {
    "batch_id": "", "status": "", "phase": "",
    "progress": {
        "total_transactions": 1, "processed_transactions": 1, "percentage": 82.3,
        "workers": {"total": 1, "running": 1, "completed": 1, "failed": 1},
    },
    "timing": {
        "started_at": "", "elapsed_seconds": 1, "estimated_remaining_seconds": None, "estimated_completion_at": None,
    },
    "performance": {
        "current_throughput_per_sec": None, "average_throughput_per_sec": None, "peak_throughput_per_sec": None,
    },
    "validation": {"pre_flight": "", "per_worker": "", "pre_commit": ""},
}  # fmt: skip
METRICS = {
    "batch_id": "", "timestamp": "",
    "metrics": {
        "throughput": {"current_rps": None, "average_rps": None, "peak_rps": None, "target_rps": None},
        "latency": {"p50_ms": None, "p95_ms": None, "p99_ms": None, "max_ms": None},
        "database": {
            "active_connections": 1, "max_connections": 1, "connection_utilization": 1.5, "query_time_avg_ms": None,
        },
        "memory": {"staging_table_size_mb": 1.5, "worker_memory_total_mb": None, "database_cache_hit_rate": None},
    },
}  # fmt: skip
CHECKS = {
    "pre_flight": ["prerequisite_batches", "source_data_integrity", "database_resources"],
    "pre_commit": ["record_count", "sequence_integrity", "debit_credit_balance", "fund_totals"],
}
MEMBERS: dict[str, dict[str, Any]] = {
    "record_count": {"expected": 1, "actual": 1},
    "sequence_integrity": {"gaps": 0, "duplicates": 0},
    "debit_credit_balance": {"total_debit": "", "total_credit": "", "difference": ""},
    "fund_totals": {"fund_checks": [{"fund": "", "expected": "", "actual": "", "difference": ""}]},
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    text = (Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@pytest.fixture
def http(server: str, client_for: Callable[..., Any]) -> Iterator[httpx.Client]:
    """A real client of a real server, with a key of a batch administrator."""
    key = client_for(Role.BATCH_ADMIN)._credentials["HTTP_AUTHORIZATION"]
    with httpx.Client(base_url=server, headers={"Authorization": key}) as client:
        yield client


def test_a_month_is_initiated_watched_and_committed(january, http, workers, document):
    answer = http.post(INITIATE, json=REQUEST)
    started = checked(answer, 202, document, "/api/v1/batch/month-end/initiate", "post")
    total = months.expected()
    assert started["batch_id"] == "2025-01-MONTHEND"
    assert started["status"] == "PREPARING"
    assert (started["expected_transactions"], started["expected_je_count"]) == (total.transactions, total.entries)
    assert started["monitoring_url"] == f"{BATCH}/status"
    assert "estimated_duration_minutes" in started
    wait_until(lambda: http.get(started["monitoring_url"]).json()["status"] == "COMMITTED")

    status = checked(http.get(f"{BATCH}/status"), 200, document, "/api/v1/batch/{batch_id}/status", "get")
    alike(status, STATUS)
    assert status["progress"]["percentage"] == 100.0
    metrics = checked(http.get(f"{BATCH}/metrics"), 200, document, "/api/v1/batch/{batch_id}/metrics", "get")
    alike(metrics, METRICS)
    assert metrics["metrics"]["latency"]["max_ms"] > 0
    validation = checked(http.get(f"{BATCH}/validation"), 200, document, "/api/v1/batch/{batch_id}/validation", "get")
    for layer, names in CHECKS.items():
        found = validation["validations"][layer]
        checks = {check["name"]: check for check in found["checks"]}
        assert found["status"] == "PASSED"
        assert found["timestamp"]
        assert set(names) <= set(checks)
        for name in names:
            assert checks[name]["status"] == "PASS"
            alike(checks[name], {"message": "", **MEMBERS.get(name, {})})


def test_workers_show_completed_and_lost_ones(january, http, workers, document, tamper):
    http.post(INITIATE, json={**REQUEST, "worker_count": 3})
    wait_until(lambda: http.get(f"{BATCH}/status").json()["status"] == "COMMITTED")
    tamper(
        "UPDATE month_end_worker SET status = 'FAILED', error = 'worker lost: session ended',"
        " recovery_action = 'RESTARTED', replacement_worker_id = 4 WHERE worker_id = 1"
    )
    shown = checked(http.get(f"{BATCH}/workers"), 200, document, "/api/v1/batch/{batch_id}/workers", "get")
    lost, done = shown["workers"][0], shown["workers"][1]
    progress = {"records_processed": 1, "expected_records": 1, "percentage": 1.5}
    alike(done, {"worker_id": 2, "status": "", "progress": progress, "completed_at": ""})
    alike(done["performance"], {"records_per_second": 1, "elapsed_seconds": 1})
    alike(lost, {"error": "", "last_checkpoint": "", "recovery_action": "", "replacement_worker_id": 4})
    assert (lost["status"], lost["recovery_action"]) == ("FAILED", "RESTARTED")


def test_a_batch_is_aborted(january, http, start_runtime, gate, document):
    post = gate("month_end.post")
    http.post(INITIATE, json=REQUEST)
    start_runtime()
    post.wait_until_reached()
    answer = http.post(f"{BATCH}/abort", json={"reason": "Detected data quality issue", "rollback": True})
    aborting = checked(answer, 202, document, "/api/v1/batch/{batch_id}/abort", "post")
    post.open()
    assert aborting["status"] == "ABORTING"
    assert aborting["message"] == "Stopping workers and rolling back changes"
    assert "estimated_rollback_time_seconds" in aborting
    wait_until(lambda: http.get(f"{BATCH}/status").json()["status"] == "ABORTED")


def checked(answer: httpx.Response, code: int, document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    """The body of an answer that has this code and is valid under the document."""
    assert answer.status_code == code, answer.text
    response = document["paths"][path][method]["responses"][str(code)]
    body: dict[str, Any] = response["content"]["application/json"]["schema"]
    schema = {**body, "components": document["components"]}
    found: dict[str, Any] = answer.json()
    jsonschema.Draft202012Validator(schema).validate(found)
    return found


def alike(found: Any, example: Any) -> None:
    """Every member of the example is there, and is of its JSON type where the example says one."""
    if isinstance(example, dict):
        assert set(example) <= set(found), f"{set(example) - set(found)} missing in {json.dumps(found)}"
        for name, part in example.items():
            alike(found[name], part)
    elif isinstance(example, list):
        assert isinstance(found, list)
        assert found
        for one in found:
            alike(one, example[0])
    elif isinstance(example, str):
        assert isinstance(found, str)
    elif example is not None:
        assert isinstance(found, int | float)
        assert not isinstance(found, bool)
