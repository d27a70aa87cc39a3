"""What a Prometheus scrape shows of the closes."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric

from batches.monthend.queries.batches import running
from batches.monthend.queries.progress import progress
from batches.monthend.states import Status
from project.metrics.registry import collector
from project.postgres import sql

BY_STATUS = "SELECT b.status, count(*) AS batches FROM month_end_batch b GROUP BY b.status"


@collector
def month_end() -> Iterable[Metric]:
    """Batches by status, and how far the one that holds the ledger is."""
    by_status = GaugeMetricFamily("tutup_month_end_batches", "Batches by status", labels=["status"])
    found = {record["status"]: record["batches"] for record in sql.rows(BY_STATUS)}
    for status in Status.values:
        by_status.add_metric([status], found.get(status, 0))
    yield by_status
    batch = running()
    if batch:
        done = progress(batch)
        expected = GaugeMetricFamily(
            "tutup_month_end_expected_transactions", "Transactions of the running batch", labels=["batch_id"]
        )
        posted = GaugeMetricFamily("tutup_month_end_posted_transactions", "Of them posted so far", labels=["batch_id"])
        rate = GaugeMetricFamily(
            "tutup_month_end_throughput", "Transactions posted a second, over the last ten", labels=["batch_id"]
        )
        expected.add_metric([batch.batch_id], done.total)
        posted.add_metric([batch.batch_id], done.processed)
        rate.add_metric([batch.batch_id], done.current or 0)
        yield from (expected, posted, rate)
