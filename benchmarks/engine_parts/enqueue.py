"""How fast jobs are enqueued in bulk by one client, beside every peer: jobs a second, each at its own bulk call.

Payloads are made before the clock starts. One call has 10,000 jobs: ours, and those of BullMQ on PostgreSQL, Graphile
Worker and Procrastinate; 1,000 those of BullMQ on Redis and PgQueuer, which are no faster or slower with more.
"""

from typing import Any

from benchmarks.engine_parts.bench import Bench, middle


def measure(bench: Bench) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"ours_bulk": []}
    for _ in range(bench.options.rounds):
        rates["ours_bulk"].append(_ours(bench))
        for peer in bench.peers:
            jobs = bench.jobs_for(100, peer.share)
            with peer.opened(bench.server) as program:
                bench.wait_for_quiet()
                rates.setdefault(f"{peer.name}_bulk", []).append(jobs / program.fill(jobs))
    found = {name: middle(seen) for name, seen in rates.items()}
    ratios = {
        f"ratio_{name}": round(found["ours_bulk"] / rate, 2) for name, rate in found.items() if name[:4] != "ours"
    }
    return {**found, **ratios}


def _ours(bench: Bench) -> float:
    jobs: int = bench.options.jobs
    with bench.ours.session() as session:
        session.execute("CHECKPOINT")
    bench.wait_for_quiet()
    seconds = bench.ours.fill(jobs)
    bench.ours.drain(jobs, 100, 2)  # nothing must be left for the next part
    return jobs / seconds
