"""How long it takes from the call that enqueues one job to its start on an idle worker in another process.

Milliseconds, one job after another; each figure is the median of its rounds. BullMQ's worker and its caller share one
process, which spares it a hop. `ratio_bullmq_redis_*` is BullMQ's time by ours: above 1 ours is the quicker.
"""

import json
from collections import defaultdict
from statistics import quantiles
from typing import Any

from benchmarks.engine_parts.bench import Bench, middle
from benchmarks.engine_parts.ours import newest, until, value
from benchmarks.peers.catalogue import LIKE_FOR_LIKE

STARTS = """
SELECT (f.output ->> 'at')::bigint FROM finished_job f JOIN job j ON j.id = f.id
WHERE j.execution_id > %s ORDER BY j.execution_id"""


def measure(bench: Bench) -> dict[str, Any]:
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(bench.options.rounds):
        bench.wait_for_quiet()
        _note(found, "", _ours(bench))
        for peer in bench.peers:
            if peer.name == LIKE_FOR_LIKE:
                with peer.opened(bench.server) as program:
                    bench.wait_for_quiet()
                    _note(found, f"{peer.name}_", program.latencies(bench.options.singles))
    figures = {name: middle(times, 2) for name, times in found.items()}
    ratios = {
        f"ratio_{LIKE_FOR_LIKE}_{cut}": round(figures[f"{LIKE_FOR_LIKE}_{cut}_ms"] / figures[f"{cut}_ms"], 2)
        for cut in ("p50", "p99")
        if f"{LIKE_FOR_LIKE}_{cut}_ms" in figures
    }
    return {**figures, **ratios}


def _ours(bench: Bench) -> list[float]:
    jobs = bench.options.singles
    with bench.ours.session() as session, bench.ours.working(concurrency=1, processes=1):
        before = newest(session)
        called = json.loads(bench.ours.answer("enqueue", jobs))
        until(lambda: len(session.execute(STARTS, [before]).fetchall()) == jobs, f"{jobs} jobs don't end")
        started = [row[0] for row in session.execute(STARTS, [before])]
        assert value(session, "SELECT count(*) FROM lease") == 0
    return [(start - call) / 1e6 for call, start in zip(called, started, strict=True)]


def _note(found: dict[str, list[float]], name: str, times: list[float]) -> None:
    cuts = quantiles(times, n=100, method="inclusive")
    found[f"{name}p50_ms"].append(cuts[49])
    found[f"{name}p99_ms"].append(cuts[98])
