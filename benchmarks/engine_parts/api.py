"""How fast the API answers a steady load: 50 requests a second, in turn the status of an execution, a heartbeat and the
queue's statistics. `*_p50_ms` and `*_p95_ms` count from the moment a request was due to the last byte of its answer."""

import itertools
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from threading import Barrier, local
from typing import Any

from benchmarks.api import Api, new_key
from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.jobs import NOOP
from benchmarks.server import served

RATE = 50.0
CLIENTS = 8
WARM_SECONDS = 30.0
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
            with Clients(address, secret, requests) as clients:
                clients.warm_up()
                times = clients.load(RATE, bench.options.load_seconds)
        finally:
            client.ask("POST", f"/api/distributed/execute/{started['executionId']}/cancel", {"reason": "benchmark"})
            client.ask("DELETE", "/api/distributed/workers/benchmark")
    return {
        f"{name}_p{(cut + 1) * 5}_ms": round(quantiles(seen, n=20, method="inclusive")[cut], 1)
        for name, seen in times.items()
        for cut in (9, 18)
    }


class Clients:
    """A few clients with a connection each, which ask together what is due."""

    def __init__(self, address: str, secret: str, requests: dict[str, Any]) -> None:
        self._requests = requests
        self._own = local()
        self._new = lambda: setattr(self._own, "api", Api(address, secret))
        self._pool: ThreadPoolExecutor

    def __enter__(self) -> "Clients":
        self._pool = ThreadPoolExecutor(CLIENTS, initializer=self._new)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def warm_up(self) -> None:
        """Every client has asked something, so that its connection is open, and every path was walked."""
        together = Barrier(CLIENTS)
        names = itertools.islice(itertools.cycle(self._requests), CLIENTS)
        for answer in [self._pool.submit(self._first, name, together) for name in names]:
            answer.result()

    def _first(self, name: str, together: Barrier) -> None:
        together.wait(WARM_SECONDS)  # or one of them might ask for all
        self._own.api.ask(*self._requests[name])

    def load(self, rate: float, seconds: float) -> dict[str, list[float]]:
        """Milliseconds of each answer by the request's name; due at even distances, whatever the answers do."""
        began = time.monotonic()
        asked = []
        for number, name in zip(range(max(int(rate * seconds), 40)), itertools.cycle(self._requests), strict=False):
            due = began + number / rate
            time.sleep(max(due - time.monotonic(), 0))
            asked.append(self._pool.submit(self._ask, name, due))
        found: dict[str, list[float]] = defaultdict(list)
        for answer in asked:
            name, milliseconds = answer.result()
            found[name].append(milliseconds)
        return found

    def _ask(self, name: str, due: float) -> tuple[str, float]:
        self._own.api.ask(*self._requests[name])
        return name, (time.monotonic() - due) * 1000
