"""The metrics of the contract, and ours, as a scraper reads them."""

from datetime import timedelta

import pytest
import yaml
from django.conf import settings as configured
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from project.access.roles import Role
from reconciliation.models import Coverage, Mapping, Mismatch, ReconciliationJob, ReconciliationRange
from reconciliation.states import JobStatus, MismatchType, Resolution
from tests.reconciliation.rows import NOVEMBER, job, mapping, mismatch, running

RULES = configured.BASE_DIR / "deploy" / "prometheus" / "reconciliation.rules.yml"


@pytest.fixture
def scrape(client_for):
    client = client_for(Role.AUDITOR)

    def read(path="/metrics"):
        answer = client.get(path)
        assert answer.status_code == 200
        found = {family.name: family for family in text_string_to_metric_families(answer.content.decode())}
        assert {sample.value for sample in found["tutup_scrape_ok"].samples} == {1}
        return found

    return read


def values(family):
    """By labels, the table first."""
    return {
        tuple(sample.labels[name] for name in sorted(sample.labels, key="table".__ne__)): sample.value
        for sample in family.samples
    }


def took(seconds, **more):
    return job(completed_at=NOVEMBER + timedelta(seconds=seconds), **more)


def test_names_types_and_help_are_those_of_the_contract(client_for):
    job()
    text = client_for(Role.AUDITOR).get("/metrics").content.decode()
    for line in (
        "# HELP cdc_reconciliation_drift_percentage Percentage of records out of sync",
        "# TYPE cdc_reconciliation_drift_percentage gauge",
        'cdc_reconciliation_drift_percentage{table="users"} 0.005',
        "# HELP cdc_reconciliation_cassandra_rows Total rows in Cassandra table",
        "# TYPE cdc_reconciliation_cassandra_rows gauge",
        "# HELP cdc_reconciliation_postgres_rows Total rows in PostgreSQL table",
        "# TYPE cdc_reconciliation_postgres_rows gauge",
        "# HELP cdc_reconciliation_mismatches_total Count of mismatches by type",
        "# TYPE cdc_reconciliation_mismatches_total counter",
        'cdc_reconciliation_mismatches_total{table="users",type="MISSING_IN_POSTGRES"} 30.0',
        "# HELP cdc_reconciliation_jobs_completed_total Reconciliation job outcomes",
        "# TYPE cdc_reconciliation_jobs_completed_total counter",
        'cdc_reconciliation_jobs_completed_total{status="COMPLETED",table="users"} 1.0',
        "# HELP cdc_reconciliation_duration_seconds Time to complete reconciliation",
        "# TYPE cdc_reconciliation_duration_seconds histogram",
        'cdc_reconciliation_duration_seconds_bucket{le="10",table="users"} 0.0',
    ):
        assert f"\n{line}" in text, line


def test_it_is_served_beside_version_one_too(scrape):
    job()
    assert values(scrape("/api/v1/metrics")["cdc_reconciliation_cassandra_rows"]) == {("users",): 1_000_000}


def test_gauges_are_those_of_the_last_completed_job(scrape):
    job(source_rows=10, target_rows=20)
    job(started_at=NOVEMBER + timedelta(hours=1), source_rows=1000, target_rows=990, mismatch_count=12)
    job(started_at=NOVEMBER + timedelta(hours=2), status=JobStatus.FAILED, source_rows=1)
    running(started_at=NOVEMBER + timedelta(hours=3))
    job("orders", source_rows=5_000_000, target_rows=5_000_000, mismatch_count=0)
    found = scrape()
    assert values(found["cdc_reconciliation_drift_percentage"]) == {("users",): 1.2, ("orders",): 0.0}
    assert values(found["cdc_reconciliation_cassandra_rows"]) == {("users",): 1000, ("orders",): 5_000_000}
    assert values(found["cdc_reconciliation_postgres_rows"]) == {("users",): 990, ("orders",): 5_000_000}


@pytest.mark.parametrize("strategy", ["ROW_COUNT", "SAMPLE", "TIMESTAMP_RANGE"])
def test_a_job_that_looked_at_less_does_not_hide_what_the_last_of_everything_found(scrape, strategy):
    job(source_rows=1000, target_rows=1000, mismatch_count=100)
    part = {"source_rows": 1100, "target_rows": 1100, "compared_rows": 20, "mismatch_count": 0}
    job(started_at=NOVEMBER + timedelta(hours=1), validation_strategy=strategy, **part)
    assert values(scrape()["cdc_reconciliation_drift_percentage"]) == {("users",): 10.0}
    job(started_at=NOVEMBER + timedelta(hours=2), status=JobStatus.FAILED)
    job(started_at=NOVEMBER + timedelta(hours=3), source_rows=1000, mismatch_count=1)
    assert values(scrape()["cdc_reconciliation_drift_percentage"]) == {("users",): 0.1}


def test_without_a_job_that_looked_at_everything_drift_is_that_of_the_last(scrape):
    job(validation_strategy="SAMPLE", compared_rows=20, mismatch_count=0)
    counted = {"validation_strategy": "ROW_COUNT", "source_rows": 1000, "mismatch_count": 20}
    job(started_at=NOVEMBER + timedelta(hours=1), **counted)
    assert values(scrape()["cdc_reconciliation_drift_percentage"]) == {("users",): 2.0}


@pytest.mark.parametrize("strategy", ["SAMPLE", "TIMESTAMP_RANGE"])
def test_rows_are_those_of_the_last_job_that_counted_them_all(scrape, strategy):
    job(source_rows=1000, target_rows=990, mismatch_count=10)
    part = {"source_rows": 20, "target_rows": 20, "compared_rows": 20, "mismatch_count": 1}
    job(started_at=NOVEMBER + timedelta(hours=1), validation_strategy=strategy, **part)
    found = scrape()
    assert values(found["cdc_reconciliation_cassandra_rows"]) == {("users",): 1000}
    assert values(found["cdc_reconciliation_postgres_rows"]) == {("users",): 990}


def test_a_table_that_is_not_compared_any_more_raises_no_alert(scrape):
    mapping("users", enabled=False)
    job()
    found = scrape()
    assert values(found["cdc_reconciliation_drift_percentage"]) == {}
    assert values(found["cdc_reconciliation_jobs_completed"])[("users", "COMPLETED")] == 1


def test_counters_add_up_over_jobs(scrape):
    job()
    job(started_at=NOVEMBER + timedelta(hours=1), missing_in_target=1, missing_in_source=0, data_mismatches=4)
    failed = {"missing_in_target": 0, "missing_in_source": 0, "data_mismatches": 0, "status": JobStatus.FAILED}
    job(started_at=NOVEMBER + timedelta(hours=2), **failed)
    running()
    found = scrape()
    assert values(found["cdc_reconciliation_mismatches"]) == {
        ("users", "MISSING_IN_POSTGRES"): 31,
        ("users", "MISSING_IN_CASSANDRA"): 10,
        ("users", "DATA_MISMATCH"): 14,
    }
    assert values(found["cdc_reconciliation_jobs_completed"]) == {("users", "COMPLETED"): 2, ("users", "FAILED"): 1}


def test_counters_begin_at_zero_for_a_mapped_table(scrape):
    mapping("users")
    found = scrape()
    assert set(values(found["cdc_reconciliation_mismatches"]).values()) == {0}
    assert values(found["cdc_reconciliation_jobs_completed"]) == {("users", "COMPLETED"): 0, ("users", "FAILED"): 0}


def test_a_job_counts_when_it_ends_and_once(scrape):
    made = running()
    assert values(scrape()["cdc_reconciliation_jobs_completed"])[("users", "COMPLETED")] == 0
    made.status, made.completed_at, made.data_mismatches = JobStatus.COMPLETED, NOVEMBER + timedelta(seconds=5), 2
    made.save()
    made.alert_fired = True
    made.save()
    found = scrape()
    assert values(found["cdc_reconciliation_jobs_completed"])[("users", "COMPLETED")] == 1
    assert values(found["cdc_reconciliation_mismatches"])[("users", "DATA_MISMATCH")] == 2


def test_counters_stay_when_jobs_are_removed(scrape):
    job()
    before = scrape()
    ReconciliationJob.objects.all().delete()
    after = scrape()
    for name in ("mismatches", "jobs_completed", "duration_seconds"):
        assert values(after[f"cdc_reconciliation_{name}"]) == values(before[f"cdc_reconciliation_{name}"])


def test_durations_are_a_histogram_of_completed_jobs(scrape):
    for seconds in (5, 10, 10.5, 30, 45, 61):
        took(seconds)
    took(7, status=JobStatus.FAILED)
    samples = scrape()["cdc_reconciliation_duration_seconds"].samples
    buckets = {sample.labels["le"]: sample.value for sample in samples if sample.name.endswith("_bucket")}
    assert list(buckets.items()) == [("10", 2), ("30", 4), ("60", 5), ("+Inf", 6)]
    others = {sample.name.rpartition("_")[2]: sample.value for sample in samples if "le" not in sample.labels}
    assert others == {"count": 6, "sum": 161.5}


def test_what_waits_for_somebody_is_counted_and_aged(scrape):
    by = job()
    now = timezone.now()
    mismatch(by, detected_at=now - timedelta(hours=3))
    mismatch(by, detected_at=now - timedelta(hours=1))
    mismatch(by, mismatch_type=MismatchType.MISSING_IN_POSTGRES)
    Mismatch.objects.filter(mismatch_type=MismatchType.MISSING_IN_POSTGRES).update(
        resolution_status=Resolution.IGNORED, detected_at=NOVEMBER
    )
    found = scrape()
    assert values(found["tutup_reconciliation_open_mismatches"]) == {("users", "DATA_MISMATCH"): 2}
    (age,) = values(found["tutup_reconciliation_oldest_pending_seconds"]).values()
    assert 3 * 3600 <= age < 4 * 3600


def test_progress_and_proofs_are_shown(scrape):
    made = running()
    for number, state in enumerate(["PENDING", "PENDING", "EQUAL"]):
        ReconciliationRange.objects.create(job=made, number=number, state=state)
    for hours in (5, 2):
        proved = timezone.now() - timedelta(hours=hours)
        versions = {"mapping_version": 1, "canonical_version": 1}
        Coverage.objects.create(mapping=made.mapping, job=made, rows=1, proved_at=proved, **versions)
    found = scrape()
    assert values(found["tutup_reconciliation_ranges_left"]) == {("users",): 2}
    (age,) = values(found["tutup_reconciliation_coverage_age_seconds"]).values()
    assert 5 * 3600 <= age < 6 * 3600


def test_a_proof_of_an_earlier_version_of_the_mapping_has_no_age(scrape):
    made = job()
    for version, hours in ((1, 50), (2, 2)):
        proved = timezone.now() - timedelta(hours=hours)
        versions = {"mapping_version": version, "canonical_version": 1}
        Coverage.objects.create(mapping=made.mapping, job=made, rows=1, proved_at=proved, **versions)
    Mapping.objects.update(version=2)
    (age,) = values(scrape()["tutup_reconciliation_coverage_age_seconds"]).values()
    assert 2 * 3600 <= age < 3 * 3600
    Mapping.objects.update(version=3)
    assert values(scrape()["tutup_reconciliation_coverage_age_seconds"]) == {}


def test_the_alert_rules_ask_for_metrics_that_there_are(scrape):
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    rules = {rule["alert"]: rule for rule in group["rules"]}
    job()
    shown = {sample.name for family in scrape().values() for sample in family.samples}
    for rule in rules.values():
        assert any(name in rule["expr"] for name in shown), rule["alert"]
        assert rule["annotations"]["summary"]
    said = {name: (rule["expr"], rule.get("for")) for name, rule in rules.items()}
    assert said["ReconciliationDriftWarning"] == ("cdc_reconciliation_drift_percentage > 1", "5m")
    assert said["ReconciliationDriftCritical"] == ("cdc_reconciliation_drift_percentage > 5", "2m")
    assert said["ReconciliationJobFailed"][0] == (
        'increase(cdc_reconciliation_jobs_completed_total{status="FAILED"}[1h]) > 3'
    )
