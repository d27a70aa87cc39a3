"""How fast a backlog of jobs that do nothing is drained, beside every peer.

`NAME_cC_pP` is jobs a second at concurrency C (jobs that one worker has at once) in P processes, from the line that
starts workers which are ready to the last job; `NAME_cC` the better of one and two processes, ours and every peer's.
Ours keeps each job's output and history and waits for the disk at every commit; BullMQ on Redis does not touch the disk
unless it is the durable one. `ratio_NAME_cC` is ours by the peer's at the same concurrency, `_default` ours at 100 by
the peer at its default concurrency, `_best` by its best setting. `wal_bytes_per_job` is what claim and completion write
at concurrency 100, `_with_enqueue` that and what enqueuing wrote; `server_us_per_job` the processor time that
PostgreSQL takes for claim and completion.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.engine_parts.bench import Bench, middle, processor_seconds
from benchmarks.engine_parts.ours import until, value
from benchmarks.peers.catalogue import LIKE_FOR_LIKE, Peer

OURS = ((1, 1), (1, 2), (10, 1), (10, 2), (100, 1), (100, 2))
DEFAULTS = {"pgqueuer": 10, "procrastinate": 1}
WORKER_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'tutup-%'"
WAL = "SELECT pg_current_wal_lsn() - '0/0'"

Rates = dict[tuple[str, int, int], list[float]]


@dataclass(frozen=True)
class Cost:
    """Of one job: bytes of WAL without and with its enqueuing, and microseconds of the server's processors."""

    wal: float
    wal_with_enqueue: float
    server_us: float


def measure(bench: Bench) -> dict[str, Any]:
    rates: Rates = defaultdict(list)
    costs: list[Cost] = []
    settings = sorted({*OURS, *(setting for peer in bench.peers for setting in peer.settings)})
    for _ in range(bench.options.rounds):
        for concurrency, processes in settings:
            if (concurrency, processes) in OURS:
                rate, cost = _ours(bench, concurrency, processes)
                rates["ours", concurrency, processes].append(rate)
                if concurrency == 100:
                    costs.append(cost)
            for peer in bench.peers:
                if (concurrency, processes) in peer.settings:
                    rates[peer.name, concurrency, processes].append(_peer(bench, peer, concurrency, processes))
    rate_of = {key: middle(found) for key, found in rates.items()}
    best = _best(rate_of)
    return {
        **{f"{name}_c{concurrency}_p{processes}": rate for (name, concurrency, processes), rate in rate_of.items()},
        **{f"{name}_c{concurrency}": rate for (name, concurrency), rate in best.items()},
        **_ratios(best),
        "wal_bytes_per_job": middle((cost.wal for cost in costs), 1),
        "wal_bytes_per_job_with_enqueue": middle((cost.wal_with_enqueue for cost in costs), 1),
        "server_us_per_job": middle((cost.server_us for cost in costs), 1),
    }


def _ours(bench: Bench, concurrency: int, processes: int) -> tuple[float, Cost]:
    """Jobs a second, and what one of them cost."""
    jobs = bench.jobs_for(concurrency)
    postgres = psutil.Process(bench.server.pid)
    with bench.ours.session() as session:
        session.execute("CHECKPOINT")  # before, so that nothing of the backlog is written twice in whole pages
        empty = value(session, WAL)
        bench.ours.fill(jobs)
        bench.wait_for_quiet()
        full, used = value(session, WAL), processor_seconds(postgres)
        seconds = bench.ours.drain(jobs, concurrency, processes)
        drained = value(session, WAL)
        # a session that ends just now would be counted nowhere
        until(lambda: value(session, WORKER_SESSIONS) == 0, "the workers' sessions don't end")
        micros = (processor_seconds(postgres) - used) / jobs * 1e6
    cost = Cost(float(drained - full) / jobs, float(drained - empty) / jobs, micros)
    told = f"{jobs / seconds:,.0f}/s, {cost.wal:.0f} bytes of WAL and {micros:.0f} µs of the server a job"
    bench.say(f"  ours c{concurrency} p{processes}: {told}")
    return jobs / seconds, cost


def _peer(bench: Bench, peer: Peer, concurrency: int, processes: int) -> float:
    jobs = bench.jobs_for(concurrency, peer.share)
    with peer.opened(bench.server) as program:
        program.fill(jobs)
        bench.wait_for_quiet()
        rate = jobs / program.drain(jobs, concurrency, processes)
    bench.say(f"  {peer.name} c{concurrency} p{processes}: {rate:,.0f}/s")
    return rate


def _best(rates: dict[tuple[str, int, int], float]) -> dict[tuple[str, int], float]:
    """The better of one and two processes."""
    best: dict[tuple[str, int], float] = {}
    for (name, concurrency, _), rate in rates.items():
        best[name, concurrency] = max(best.get((name, concurrency), 0.0), rate)
    return best


def _ratios(best: dict[tuple[str, int], float]) -> dict[str, float]:
    ours = best["ours", 100]
    found: dict[str, float] = {}
    for (name, concurrency), rate in best.items():
        if name == LIKE_FOR_LIKE:
            found[f"ratio_{name}_c{concurrency}"] = round(best["ours", concurrency] / rate, 2)
        elif name != "ours":
            if DEFAULTS.get(name) == concurrency:
                found[f"ratio_{name}_default"] = round(ours / rate, 1)
            found[f"ratio_{name}_best"] = min(found.get(f"ratio_{name}_best", float("inf")), round(ours / rate, 2))
    return found
