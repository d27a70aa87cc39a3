"""Whether a history of finished jobs slows the engine: two databases on one server, drained in turn."""

import subprocess
import sys
from typing import Any

from benchmarks.engine_parts.bench import Bench, middle
from benchmarks.engine_parts.ours import Ours
from benchmarks.server import ROOT

DATABASE = "benchmark_history"
STEP = 100_000


def measure(bench: Bench) -> dict[str, Any]:
    old, new = _database(bench, DATABASE), _database(bench, f"{DATABASE}_none")
    for first in range(0, bench.options.history, STEP):
        jobs = min(STEP, bench.options.history - first)
        old.fill(jobs)
        old.drain(jobs, 100, 2)
    with old.session() as session:
        session.execute("VACUUM (ANALYZE)")
        session.execute("CHECKPOINT")
    rates: tuple[list[float], list[float]] = ([], [])
    for number in range(2 * bench.options.rounds):
        # each goes first every other time
        for rate, ours in sorted(
            zip(rates, (old, new), strict=True), key=lambda pair: pair[1] is new, reverse=number % 2 == 0
        ):
            ours.fill(bench.options.jobs)
            bench.wait_for_quiet()
            rate.append(bench.options.jobs / ours.drain(bench.options.jobs, 100, 2))
    with_history, without = (middle(found) for found in rates)
    return {
        "history_jobs": bench.options.history,
        "with_history_per_second": with_history,
        "without_per_second": without,
        "ratio_to_empty": round(with_history / without, 3),
    }


def _database(bench: Bench, name: str) -> Ours:
    ours = Ours.on(bench.server.ensure_database(name))
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"], env=ours.variables(), check=True
    )
    return ours
