"""From the trigger to the resolution by the API alone, over two real tables."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciliation.models import WebhookSubscription
from tests.reconciliation import tables
from tests.workers.web import reply, web
from workers.hosts import allowed_hosts

API = "/api/v1/reconciliation"


@pytest.fixture
def orders():
    """Ten orders; one is missing in the copy, one is too many, one differs."""
    made = tables.make()
    for number in range(1, 11):
        tables.put("source", number)
    for number in [*range(2, 11), 99]:
        tables.put("target", number, **({"status": "'lost'"} if number == 5 else {}))
    yield made
    tables.run(tables.DROP)


def test_differences_are_found_shown_told_counted_and_resolved(orders, operator, settings, run_jobs):
    with web(reply()) as server:
        settings.HTTP_JOB_HOSTS = allowed_hosts([f"127.0.0.1:{server.port}"])
        WebhookSubscription.objects.create(url=server.url, secret="whsec_known", events=[])
        wanted = {"tables": ["orders"], "validation_strategy": "CHECKSUM"}
        (job_id,) = operator.post(f"{API}/trigger", wanted).json()["job_ids"]
        run_jobs()
    job = operator.get(f"{API}/jobs/{job_id}").json()
    assert (job["status"], job["validation_errors"]) == ("COMPLETED", None)
    assert (job["cassandra_row_count"], job["postgres_row_count"], job["mismatch_count"]) == (10, 10, 3)
    assert (job["drift_percentage"], job["alert_fired"], job["severity"]) == (30.0, True, "CRITICAL")
    assert job["mismatches_summary"] == {"MISSING_IN_POSTGRES": 1, "MISSING_IN_CASSANDRA": 1, "DATA_MISMATCH": 1}
    assert len(job["sample_mismatches"]) == 3

    found = operator.get(f"{API}/mismatches", {"job_id": job_id, "mismatch_type": "DATA_MISMATCH"}).json()
    (differing,) = found["mismatches"]
    assert (differing["primary_key_value"], differing["differing_columns"]) == ("5", ["status"])
    assert (differing["cassandra_data"]["status"], differing["postgres_data"]["status"]) == ("shipped", "lost")

    told = [json.loads(asked["body"]) for asked in server.asked]
    assert {one["event"] for one in told} == {"reconciliation.job_completed", "reconciliation.drift_detected"}
    (drift,) = [one["data"] for one in told if one["event"] == "reconciliation.drift_detected"]
    assert drift == {"job_id": job_id, "table": "orders", "drift_percentage": 30.0, "severity": "CRITICAL"}

    answer = operator.post(
        f"{API}/mismatches/{differing['mismatch_id']}/resolve", {"resolution_status": "MANUAL_RESOLVED"}
    )
    assert answer.status_code == 200
    left = operator.get(f"{API}/mismatches", {"table": "orders", "resolution_status": "PENDING"}).json()
    assert left["pagination"]["total_items"] == 2

    text = operator.get("/metrics").content.decode()
    shown = {family.name: family for family in text_string_to_metric_families(text)}
    assert [one.value for one in shown["cdc_reconciliation_drift_percentage"].samples] == [30.0]
    assert [one.value for one in shown["cdc_reconciliation_mismatches"].samples] == [1, 1, 1]
