"""Our own side: mappings, and a comparison that the product's own worker process makes."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.comparing import memory, tables
from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.ours import until, value
from benchmarks.peers.program import Program
from benchmarks.server import ROOT
from reconciliation.models import Connection, Mapping, Mismatch, ReconciliationJob
from reconciliation.services import connections
from reconciliation.services.mappings.writing import create
from reconciliation.services.trigger import trigger
from reconciliation.states import JobStatus, MismatchType, Strategy

LIVE = "SELECT count(*) FROM workers.live_workers()"
STOP_SECONDS = 60.0
LOOK_SECONDS = 0.03  # more often would take a good part of a core from what is measured


@dataclass(frozen=True)
class Run:
    """Seconds from the trigger to the job's end as the database has it; megabytes that the worker had at most, and
    before the trigger, when it had imported what it imports and waited."""

    seconds: float
    megabytes: float
    idle_megabytes: float
    keys: dict[str, frozenset[int]]  # by the names of the mappings

    @property
    def beyond_idle(self) -> float:
        return self.megabytes - self.idle_megabytes


def connect(bench: Bench) -> None:
    """No mapping, and a connection to either database: what an earlier comparison learned is forgotten."""
    with bench.ours.session() as session:
        session.execute(f"TRUNCATE {Connection._meta.db_table} CASCADE")
    for name in (tables.SOURCE, tables.TARGET):
        connections.create(name=name, kind="postgresql", address=bench.server.url(name), actor=None)


def map_table(name: str, **given: Any) -> Mapping:
    """A mapping of tables of that name, whose candidates are read again at once: the copy lags behind nothing."""
    places = {
        "source_connection": tables.SOURCE, "source_schema": "public", "source_table": name,
        "target_connection": tables.TARGET, "target_schema": "public", "target_table": name,
    }  # fmt: skip
    return create(name=name, actor=None, **{**places, "lag_seconds": 0.0, **given})


def compare(bench: Bench, names: Sequence[str], *, before: Sequence[str] = ()) -> Run:
    """A CHECKSUM job of each of these mappings by a worker that was just started and has compared only `before`.

    Raises RuntimeError for a job that failed, or a mismatch without the values of a side that has the row.
    """
    with _worker(bench) as worker:
        if before:
            _run(before)
        bench.wait_for_quiet()
        memory.forget_peak(worker.pid)
        idle = memory.resident(worker.pid)
        with memory.Peak(worker.pid) as peak:
            began = time.monotonic()
            jobs = _run(names)
            seconds = time.monotonic() - began
    return Run(seconds, peak.megabytes, idle, {job.table_name: _found(job) for job in jobs})


def _run(names: Sequence[str]) -> list[ReconciliationJob]:
    """Their jobs, which have ended."""
    jobs = trigger(tables=names, strategy=Strategy.CHECKSUM).jobs
    running = ReconciliationJob.objects.filter(pk__in=[job.pk for job in jobs], status=JobStatus.RUNNING)
    until(lambda: not running.exists(), "comparisons don't end", look_seconds=LOOK_SECONDS)
    return jobs


def _found(job: ReconciliationJob) -> frozenset[int]:
    job.refresh_from_db()
    found = list(Mismatch.objects.filter(job=job))
    if job.status != JobStatus.COMPLETED or job.mismatch_count != len(found):
        raise RuntimeError(f"{job.table_name}: {job.status}, {len(found)} of {job.mismatch_count}: {job.detail} "
                           f"{job.validation_errors}")  # fmt: skip
    for one in found:
        sides = (one.source_data is not None, one.target_data is not None)
        if sides != (one.mismatch_type != MismatchType.MISSING_IN_CASSANDRA,
                     one.mismatch_type != MismatchType.MISSING_IN_POSTGRES):  # fmt: skip
            raise RuntimeError(f"{one} was stored without its values: {one.mismatch_type}, {sides}")
    return frozenset(int(one.primary_key_value) for one in found)


@contextmanager
def _worker(bench: Bench) -> Iterator[psutil.Process]:
    """`manage.py run_workers` as one process of four slots, which is what it is by default, without a supervisor."""
    command = (sys.executable, str(ROOT / "manage.py"), "run_workers", f"--child-of={os.getpid()}")
    # the schedule compares a table of no mapping: what is measured is triggered
    program = Program(command, {"RECONCILIATION_TABLES": "nothing-by-schedule"})
    with bench.ours.session() as session, program.process() as process:
        expected = value(session, LIVE) + 1
        until(lambda: bool(value(session, LIVE) >= expected), "the worker doesn't come up")
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
