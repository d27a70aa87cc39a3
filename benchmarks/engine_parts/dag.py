"""A graph of 20 layers in which every node waits for three of the layer before: 10,000 nodes have 28,500 edges.

`submission_seconds` is the request to POST /api/distributed/execute, from its first byte to the answer.
`nodes_per_second` counts from the first claim until the execution has ended, with workers that are up and idle.
"""

import time
from typing import Any

from benchmarks.api import Api, new_key
from benchmarks.engine_parts.bench import Bench, middle
from benchmarks.engine_parts.jobs import NOOP
from benchmarks.engine_parts.ours import newest, value, wait_for_end
from benchmarks.server import served

LAYERS = 20
PARENTS = 3
LENGTH = "SELECT extract(epoch FROM clock_timestamp() - min(started_at))::float8 FROM execution WHERE id > %s"


def measure(bench: Bench) -> dict[str, Any]:
    nodes = bench.options.nodes
    jobs = graph(nodes)
    submissions, rates = [], []
    with served() as address, bench.ours.working(), bench.ours.session() as session:
        client = Api(address, new_key())
        client.ask("GET", "/api/distributed/health")  # the first request of a process loads its code
        for _ in range(bench.options.rounds):
            bench.wait_for_quiet()
            before, began = newest(session), time.monotonic()
            client.ask("POST", "/api/distributed/execute", {"workflowId": "benchmark", "jobs": jobs})
            submissions.append(time.monotonic() - began)
            wait_for_end(session)
            rates.append(nodes / value(session, LENGTH, before))
    return {
        "nodes": nodes,
        "edges": sum(len(job["dependsOn"]) for job in jobs),
        "submission_seconds": middle(submissions, 3),
        "nodes_per_second": middle(rates),
    }


def graph(nodes: int) -> list[dict[str, Any]]:
    """Jobs as the API takes them."""
    width = nodes // LAYERS
    return [
        {"id": f"n{layer}-{place}", "type": NOOP, "dependsOn": _parents(layer, place, width), "config": {"n": place}}
        for layer in range(LAYERS)
        for place in range(width)
    ]


def _parents(layer: int, place: int, width: int) -> list[str]:
    if layer == 0:
        return []
    return [f"n{layer - 1}-{(place + step * 7) % width}" for step in range(min(PARENTS, width))]
