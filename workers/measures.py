"""What a Prometheus scrape shows of the engine."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from project.metrics.registry import collector
from workers import queries
from workers.models import FINAL_STATES
from workers.queries import burden, health
from workers.queries.queue_states import queue_states


@collector
def jobs() -> Iterable[Metric]:
    """Jobs by state, how long the oldest due one waits, and the claims that are held."""
    counts = queries.job_counts()
    by_state = GaugeMetricFamily("tutup_jobs", "Jobs by state", labels=["state"])
    for field in fields(counts):
        by_state.add_metric([field.name.replace("_", "-")], getattr(counts, field.name))
    yield by_state
    oldest = queries.oldest_wait_seconds()
    yield GaugeMetricFamily("tutup_jobs_oldest_waiting_seconds", "Age of the oldest job that is due", oldest)
    yield GaugeMetricFamily("tutup_leases", "Claims that workers hold", queries.lease_count())


@collector
def queues() -> Iterable[Metric]:
    """Each queue: what it has to do, what it has done, whether it is paused."""
    unfinished = GaugeMetricFamily("tutup_queue_jobs", "Unfinished jobs", labels=["queue", "state"])
    ended = CounterMetricFamily("tutup_queue_ended_jobs_total", "Jobs that ended", labels=["queue", "state"])
    paused = GaugeMetricFamily("tutup_queue_paused", "1 while nothing is claimed from it", labels=["queue"])
    for queue in queue_states():
        for field in fields(queue.counts):
            state = field.name.replace("_", "-")
            family = ended if state in FINAL_STATES else unfinished
            family.add_metric([queue.name, state], getattr(queue.counts, field.name))
        paused.add_metric([queue.name], queue.pause is not None)
    yield from (unfinished, ended, paused)


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


@collector
def upkeep() -> Iterable[Metric]:
    """What slows the engine down: dead rows and who keeps them."""
    dead = GaugeMetricFamily("tutup_dead_rows", "Dead rows of the tables that change all the time", labels=["table"])
    for table in burden.hot_tables():
        dead.add_metric([table.name], table.dead)
    snapshot = burden.oldest_snapshot()
    age = snapshot.seconds if snapshot and snapshot.seconds else 0.0
    yield dead
    yield GaugeMetricFamily("tutup_oldest_snapshot_seconds", "Age of the oldest snapshot that is held", age)
    yield GaugeMetricFamily(
        "tutup_claim_waste", "Index entries of dead rows that claims pass over", burden.claim_waste()
    )


@collector
def warnings() -> Iterable[Metric]:
    """How much of each kind needs somebody."""
    found = Counter(warning.code for warning in health.warnings())
    by_code = GaugeMetricFamily("tutup_warnings", "What needs somebody now", labels=["warning"])
    for code in health.Code:
        by_code.add_metric([code.value], found[code])
    yield by_code
