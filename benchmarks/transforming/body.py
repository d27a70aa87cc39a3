"""A request's CPU from body to body: 10,000 items in the contract's pipeline.

`server_cpu_ms` is what the serving process uses for one such request, with all that belongs to it: the key, the limits,
the batch and its results in the database. `ours_cpu_ms` is parsing, transforming and rendering alone, as the product
does them, in a process that does nothing else; `NAME_cpu_ms` is the same by a library, with the fastest parser and
renderer for it, and with the same results: others are refused. `ratio_NAME` is ours by the library's: below 1 ours is
cheaper. All are medians.
"""

import io
import time
from statistics import median
from typing import Any

import psutil

from batches.transform.encoding import dumped, loaded
from batches.transform.pipeline import compiled
from batches.transform.queries.versions import active_version
from benchmarks.engine_parts.bench import Bench, processor_seconds
from benchmarks.server import product
from benchmarks.transforming import bodies, load, peers
from benchmarks.transforming.keys import secrets
from project.api.parsers import JsonParser


def measure(bench: Bench) -> dict[str, Any]:
    items, runs = bench.options.items, bench.options.runs
    found: dict[str, list[float]] = {}
    for _ in range(bench.options.rounds):
        bench.wait_for_quiet()
        found.setdefault("ours", []).extend(_ours(items, runs))
        for name in bench.options.peers:
            bench.wait_for_quiet()
            found.setdefault(name, []).extend(peers.milliseconds(name, items, runs))
    figures = {name: median(several) for name, several in found.items()}
    bench.wait_for_quiet()
    return {
        "server_cpu_ms": round(_served(items, runs * bench.options.rounds), 2),
        **{f"{name}_cpu_ms": round(figure, 2) for name, figure in figures.items()},
        **{f"ratio_{name}": round(figures["ours"] / figures[name], 3) for name in bench.options.peers},
    }


def _ours(items: int, runs: int) -> list[float]:
    """Milliseconds of each run; the first, which compiles, isn't measured."""
    body, version = bodies.body(items), active_version()
    answer, found = b"", []
    for _ in range(runs + 1):
        began = time.process_time()
        given = JsonParser().parse(io.BytesIO(body))["data"]
        answer = b'{"results":' + dumped(compiled(version).run(given).results) + b"}"
        found.append((time.process_time() - began) * 1000)
    bodies.require_results("ours", loaded(answer)["results"], items)
    return found[1:]


def _served(items: int, runs: int) -> float:
    """Milliseconds of CPU that a request takes of the server."""
    (secret,) = secrets(1)
    with product(API_RATE_PER_MINUTE="0") as (address, pid):
        sent = load.request(address, bodies.body(items), secret)
        answer = load.answers(address, sent, 3)  # imports and plans are made by then
        bodies.require_results("the server", answer["results"], items)
        process = psutil.Process(pid)
        before = processor_seconds(process)
        load.answers(address, sent, runs)
        return (processor_seconds(process) - before) / runs * 1000
