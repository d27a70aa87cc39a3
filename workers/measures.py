"""What a Prometheus scrape shows of the engine."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric

from project.metrics.registry import collector
from workers import queries
from workers.models import JobState


@collector
def jobs() -> Iterable[Metric]:
    """Jobs by state, how long the oldest due one waits, and the claims that are held."""
    counts = queries.job_counts()
    by_state = GaugeMetricFamily("tutup_jobs", "Jobs by state", labels=["state"])
    for state in JobState:
        by_state.add_metric([state.value], getattr(counts, state.name.lower()))
    yield by_state
    yield GaugeMetricFamily(
        "tutup_jobs_oldest_waiting_seconds", "Age of the oldest job that is due", counts.oldest_waiting_seconds
    )
    yield GaugeMetricFamily("tutup_leases", "Claims that workers hold", counts.leases)


@collector
def workers() -> Iterable[Metric]:
    """The workers that are alive, their slots, and how much of them is in use."""
    live = queries.live_workers()
    slots = sum(worker.slots for worker in live)
    yield GaugeMetricFamily("tutup_workers", "Workers that are alive", len(live))
    yield GaugeMetricFamily("tutup_worker_slots", "Jobs that the live workers can run at once", slots)
    load = GaugeMetricFamily("tutup_worker_load", "Busy slots by slots, at the last heartbeat", labels=["worker"])
    memory = GaugeMetricFamily("tutup_worker_memory_bytes", "Resident memory, at the last heartbeat", labels=["worker"])
    for worker in live:
        load.add_metric([worker.name], worker.utilization)
        memory.add_metric([worker.name], (worker.memory_mb or 0.0) * 2**20)
    yield from (load, memory)
