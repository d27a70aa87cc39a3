"""How fast the API answers a steady load: 50 requests a second, in turn the status of an execution, a heartbeat and the
queue's statistics. `*_p50_ms` and `*_p95_ms` count from the moment a request was due to the last byte of its answer."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from threading import local
from typing import Any

from benchmarks.api import Api, new_key
from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.jobs import NOOP
from benchmarks.server import served

RATE = 50.0
CLIENTS = 8
WORKER = {"workerId": "benchmark", "hostname": "benchmark", "capabilities": [], "maxConcurrency": 4}
JOBS = [{"id": f"job-{number}", "type": NOOP, "dependsOn": [], "config": {}} for number in range(100)]


def measure(bench: Bench) -> dict[str, Any]:
    with served() as address:
        secret = new_key()
        client = Api(address, secret)
        client.ask("POST", "/api/distributed/workers/register", WORKER)
        started = client.ask("POST", "/api/distributed/execute", {"workflowId": "benchmark", "jobs": JOBS})
        requests = {
            "status": ("GET", f"/api/distributed/execute/{started['executionId']}", None),
            "heartbeat": ("POST", "/api/distributed/workers/benchmark/heartbeat", {"currentLoad": 1}),
            "stats": ("GET", "/api/distributed/queue/stats", None),
        }
        bench.wait_for_quiet()
        try:
            times = load(address, secret, requests, RATE, bench.options.load_seconds)
        finally:
            client.ask("POST", f"/api/distributed/execute/{started['executionId']}/cancel", {"reason": "benchmark"})
            client.ask("DELETE", "/api/distributed/workers/benchmark")
    return {
        f"{name}_p{(cut + 1) * 5}_ms": round(quantiles(seen, n=20, method="inclusive")[cut], 1)
        for name, seen in times.items()
        for cut in (9, 18)
    }


def load(address: str, secret: str, requests: dict[str, Any], rate: float, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each answer by the request's name; they are due at even distances, whatever the answers do."""
    clients = local()

    def ask(name: str, due: float) -> tuple[str, float]:
        if not hasattr(clients, "api"):
            clients.api = Api(address, secret)
        clients.api.ask(*requests[name])
        return name, (time.monotonic() - due) * 1000

    with ThreadPoolExecutor(CLIENTS) as pool:
        for name in [*requests] * CLIENTS:  # every connection is open, every path was walked once
            pool.submit(ask, name, 0.0).result()
        began = time.monotonic()
        asked = []
        for number, name in zip(range(max(int(rate * seconds), 40)), itertools.cycle(requests), strict=False):
            due = began + number / rate
            time.sleep(max(due - time.monotonic(), 0))
            asked.append(pool.submit(ask, name, due))
        found: dict[str, list[float]] = {name: [] for name in requests}
        for answer in asked:
            name, milliseconds = answer.result()
            found[name].append(milliseconds)
    return found
