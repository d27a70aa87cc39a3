"""What a Prometheus scrape shows of reconciliation: the contract's metrics by their names, then ours."""

from collections.abc import Iterable

from django.db.models import Count
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from project.metrics.registry import collector
from reconciliation import drift
from reconciliation.models import ReconciliationJob, WebhookDelivery
from reconciliation.queries import scraped
from reconciliation.states import JobStatus, MismatchType

TABLE = ["table"]


@collector
def last_job() -> Iterable[Metric]:
    """What the last job of each table that looked at everything found, and the last that counted all rows."""
    apart = GaugeMetricFamily("cdc_reconciliation_drift_percentage", "Percentage of records out of sync", labels=TABLE)
    source = GaugeMetricFamily("cdc_reconciliation_cassandra_rows", "Total rows in Cassandra table", labels=TABLE)
    target = GaugeMetricFamily("cdc_reconciliation_postgres_rows", "Total rows in PostgreSQL table", labels=TABLE)
    for job in scraped.last_judging():
        _add(apart, job, drift.percent(job))
    for job in scraped.last_counting():
        _add(source, job, job.source_rows)
        _add(target, job, job.target_rows)
    yield from (apart, source, target)


@collector
def totals() -> Iterable[Metric]:
    """What all jobs that ended came to. Zeros are there from the start: a rate needs a value before the first."""
    mismatches = CounterMetricFamily(
        "cdc_reconciliation_mismatches_total", "Count of mismatches by type", labels=["table", "type"]
    )
    jobs = CounterMetricFamily(
        "cdc_reconciliation_jobs_completed_total", "Reconciliation job outcomes", labels=["table", "status"]
    )
    durations = HistogramMetricFamily(
        "cdc_reconciliation_duration_seconds", "Time to complete reconciliation", labels=TABLE
    )
    for record in scraped.totals():
        table = record["table_name"]
        mismatches.add_metric([table, MismatchType.MISSING_IN_POSTGRES.value], record["missing_in_target"])
        mismatches.add_metric([table, MismatchType.MISSING_IN_CASSANDRA.value], record["missing_in_source"])
        mismatches.add_metric([table, MismatchType.DATA_MISMATCH.value], record["data_mismatches"])
        jobs.add_metric([table, JobStatus.COMPLETED.value], record["completed"])
        jobs.add_metric([table, JobStatus.FAILED.value], record["failed"])
        buckets = [(str(limit), record[f"within_{limit}"]) for limit in (10, 30, 60)]
        durations.add_metric([table], buckets=[*buckets, ("+Inf", record["completed"])], sum_value=record["seconds"])
    yield from (mismatches, jobs, durations)


@collector
def progress() -> Iterable[Metric]:
    """How far the comparisons are, and how old their proofs."""
    left = GaugeMetricFamily(
        "tutup_reconciliation_ranges_left", "Ranges of running jobs not compared yet", labels=TABLE
    )
    age = GaugeMetricFamily(
        "tutup_reconciliation_coverage_age_seconds", "Age of the oldest proof of equality that stands", labels=TABLE
    )
    for record in scraped.ranges_left():
        left.add_metric([record["table_name"]], record["ranges"])
    for record in scraped.coverage_age():
        age.add_metric([record["table_name"]], record["seconds"])
    yield from (left, age)


@collector
def pending() -> Iterable[Metric]:
    """Mismatches that wait for somebody."""
    count = GaugeMetricFamily("tutup_reconciliation_open_mismatches", "Pending mismatches", labels=["table", "type"])
    oldest = GaugeMetricFamily(
        "tutup_reconciliation_oldest_pending_seconds", "Age of the oldest pending mismatch", labels=TABLE
    )
    for record in scraped.open_mismatches():
        count.add_metric([record["table_name"], record["mismatch_type"]], record["mismatches"])
    for record in scraped.oldest_pending():
        oldest.add_metric([record["table_name"]], record["seconds"])
    yield from (count, oldest)


@collector
def deliveries() -> Iterable[Metric]:
    """Webhooks that were told and that were not, as far back as the log goes."""
    family = GaugeMetricFamily("tutup_webhook_deliveries", "Deliveries in the log", labels=["state"])
    counted = dict(WebhookDelivery.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in WebhookDelivery.State.values:
        family.add_metric([state], counted.get(state, 0))
    yield family


def _add(family: GaugeMetricFamily, job: ReconciliationJob, value: float | None) -> None:
    if value is not None:
        family.add_metric([job.table_name], value)
