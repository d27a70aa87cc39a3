"""Whether a history of finished jobs slows the engine: two databases on one server, drained in turn."""

import subprocess
import sys
from typing import Any

import psycopg

from benchmarks.engine_parts.bench import Bench, middle
from benchmarks.engine_parts.ours import Ours
from benchmarks.server import ROOT

DATABASE = "benchmark_history"
STEP = 100_000


def measure(bench: Bench) -> dict[str, Any]:
    old, new = _databases(bench)
    for first in range(0, bench.options.history, STEP):
        jobs = min(STEP, bench.options.history - first)
        old.fill(jobs)
        old.drain(jobs, 100, 2)
    with old.session() as session:
        session.execute("VACUUM (ANALYZE)")
        session.execute("CHECKPOINT")
    rates: tuple[list[float], list[float]] = ([], [])
    pairs = list(zip(rates, (old, new), strict=True))
    for _ in range(2 * bench.options.rounds):
        for rate, ours in pairs:
            ours.fill(bench.options.jobs)
            bench.wait_for_quiet()
            rate.append(bench.options.jobs / ours.drain(bench.options.jobs, 100, 2))
        pairs.reverse()  # each goes first every other time
    with_history, without = (middle(found) for found in rates)
    return {
        "history_jobs": bench.options.history,
        "with_history_per_second": with_history,
        "without_per_second": without,
        "ratio_to_empty": round(with_history / without, 3),
    }


def _databases(bench: Bench) -> tuple[Ours, Ours]:
    """Two migrated databases, one a copy of the other."""
    old = Ours.on(bench.server.ensure_database(DATABASE))
    migrate = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(migrate, env=old.variables(), check=True)
    with psycopg.connect(bench.server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}_none TEMPLATE {DATABASE}")
    return old, Ours.on(bench.server.url(f"{DATABASE}_none"))
