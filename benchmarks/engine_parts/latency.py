"""How long it takes from the call that enqueues one job to its start on an idle worker in another process.

Milliseconds, one job after another. BullMQ's worker and its caller share one process, which spares it a hop.
"""

import json
from statistics import quantiles
from typing import Any

from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.ours import newest, until, value

STARTS = """
SELECT (f.output ->> 'at')::bigint FROM finished_job f JOIN job j ON j.id = f.id
WHERE j.execution_id > %s ORDER BY j.execution_id"""


def measure(bench: Bench) -> dict[str, Any]:
    bench.wait_for_quiet()
    figures = _percentiles("", _ours(bench))
    for peer in bench.peers:
        if peer.name == "bullmq_redis":
            with peer.opened(bench.server) as program:
                bench.wait_for_quiet()
                figures |= _percentiles(f"{peer.name}_", program.latencies(bench.options.singles))
    return figures


def _ours(bench: Bench) -> list[float]:
    jobs = bench.options.singles
    with bench.ours.session() as session, bench.ours.working(concurrency=1, processes=1):
        before = newest(session)
        called = json.loads(bench.ours.answer("enqueue", jobs))
        until(lambda: len(session.execute(STARTS, [before]).fetchall()) == jobs, f"{jobs} jobs don't end")
        started = [row[0] for row in session.execute(STARTS, [before])]
        assert value(session, "SELECT count(*) FROM lease") == 0
    return [(start - call) / 1e6 for call, start in zip(called, started, strict=True)]


def _percentiles(name: str, times: list[float]) -> dict[str, float]:
    cuts = quantiles(times, n=100, method="inclusive")
    return {f"{name}p50_ms": round(cuts[49], 2), f"{name}p99_ms": round(cuts[98], 2)}
