"""100 requests of 100 items in flight, sent again as soon as they are answered, to one process.

`ours_per_second` are answers of `POST /api/v1/transform/batch`, each with its key looked up, its limits counted, and
batch and results stored. `echo_per_second` are those of a bare DRF view that parses the same body and answers it,
served by the same server program without keys and database. The two alternate; figures are medians. `ratio_to_echo` is
ours by the echo's. `*_cpu_ms` is what one request takes of the serving process; the database's own work is not in it.
"""

import itertools
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import psutil

from benchmarks.engine_parts.bench import Bench, processor_seconds
from benchmarks.server import announced, product
from benchmarks.transforming import bodies, load
from benchmarks.transforming.keys import secrets

AT_ONCE = 4  # requests of a key; five are taken
WARM_SECONDS = 1.0

Server = tuple[str, int, list[bytes]]


def measure(bench: Bench) -> dict[str, Any]:
    flight = bench.options.in_flight
    found: dict[str, list[float]] = {"ours": [], "echo": []}
    spent: dict[str, list[float]] = {"ours": [], "echo": []}
    with ExitStack() as stack:
        servers = {"ours": stack.enter_context(_ours(flight)), "echo": stack.enter_context(_echo(flight))}
        for address, _, requests in servers.values():
            load.fly(address, requests, min(WARM_SECONDS, bench.options.seconds))
        for _, (name, (address, pid, requests)) in itertools.product(range(bench.options.rounds), servers.items()):
            bench.wait_for_quiet()
            process = psutil.Process(pid)
            before = processor_seconds(process)
            flown = load.fly(address, requests, bench.options.seconds)
            found[name].append(flown.per_second)
            spent[name].append((processor_seconds(process) - before) / flown.answers * 1000)
            bench.say(f"  {name}: {flown.per_second:.0f} requests a second")
    rates = {name: median(several) for name, several in found.items()}
    return {
        **{f"{name}_per_second": round(rate, 1) for name, rate in rates.items()},
        **{f"{name}_cpu_ms": round(median(several), 2) for name, several in spent.items()},
        "ratio_to_echo": round(rates["ours"] / rates["echo"], 3),
    }


@contextmanager
def _ours(flight: int) -> Iterator[Server]:
    several = secrets(-(-flight // AT_ONCE))
    with product(API_RATE_PER_MINUTE="0") as (address, pid):
        body = bodies.body(100)
        sent = [load.request(address, body, several[number // AT_ONCE]) for number in range(flight)]
        bodies.require_results("the server", load.answers(address, sent[0], 1)["results"], 100)
        yield address, pid, sent


@contextmanager
def _echo(flight: int) -> Iterator[Server]:
    command = [sys.executable, "-u", "-m", "benchmarks.transforming.echo"]
    with announced(command) as (address, pid):
        sent = load.request(address, bodies.body(100))
        yield address, pid, [sent] * flight
