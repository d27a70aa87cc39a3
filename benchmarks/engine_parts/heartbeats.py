"""What a thousand registered workers cost that send a heartbeat every five seconds and do nothing else.

Shares of a core, beyond what the idle server uses: `database_share` is PostgreSQL's, when the workers have sessions of
their own, as those of `run_workers`; `http_share` is PostgreSQL's and the API server's, when they come over HTTP.
"""

import time
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks.api import Api, new_key
from benchmarks.engine_parts.api import load
from benchmarks.engine_parts.bench import Bench
from benchmarks.server import served

WORKERS = 1000
EVERY_SECONDS = 5.0
REGISTER = "SELECT workers.register_worker(%s, 'benchmark', %s, 1, '{default}', NULL, 3600, false)"
BEAT = "SELECT workers.heartbeat(%s, 0, 0.0, 0.0)"


def measure(bench: Bench) -> dict[str, Any]:
    bench.wait_for_quiet()
    database = _share(bench, lambda seconds: _by_session(bench, seconds), [])
    with served() as address:
        secret = new_key()
        client = Api(address, secret)
        for number in range(WORKERS):
            client.ask("POST", "/api/distributed/workers/register", _body(number))
        servers = [one for one in psutil.Process().children(recursive=True) if "serve" in one.cmdline()]
        bench.wait_for_quiet()
        http = _share(bench, lambda seconds: _over_http(address, secret, seconds), servers)
        for number in range(WORKERS):
            client.ask("DELETE", f"/api/distributed/workers/{_body(number)['workerId']}")
    return {"database_share": round(database, 3), "http_share": round(http, 3)}


def _share(bench: Bench, work: Callable[[float], None], servers: list[psutil.Process]) -> float:
    """Seconds of processor time a second, of PostgreSQL and these servers, beyond what they use without the work."""
    seconds = bench.options.load_seconds
    assert bench.server.pid is not None
    watched = [psutil.Process(bench.server.pid), *servers]

    def used(during: Callable[[], None]) -> float:
        began, before = time.monotonic(), sum(map(_processor_seconds, watched))
        during()
        return (sum(map(_processor_seconds, watched)) - before) / (time.monotonic() - began)

    idle = used(lambda: time.sleep(seconds / 3))
    return used(lambda: work(seconds)) - idle


def _by_session(bench: Bench, seconds: float) -> None:
    with bench.ours.session() as session:
        ids = [session.execute(REGISTER, (f"beat-{number}", number)).fetchone() for number in range(WORKERS)]
        began = time.monotonic()
        for number in range(int(seconds / EVERY_SECONDS * WORKERS)):
            session.execute(BEAT, ids[number % WORKERS])
            time.sleep(max(began + number * EVERY_SECONDS / WORKERS - time.monotonic(), 0))


def _over_http(address: str, secret: str, seconds: float) -> None:
    requests = {
        str(number): ("POST", f"/api/distributed/workers/{_body(number)['workerId']}/heartbeat", {"currentLoad": 0})
        for number in range(WORKERS)
    }
    load(address, secret, requests, WORKERS / EVERY_SECONDS, seconds)


def _body(number: int) -> dict[str, Any]:
    return {"workerId": f"benchmark-{number}", "hostname": "benchmark", "capabilities": [], "maxConcurrency": 1}


def _processor_seconds(process: psutil.Process) -> float:
    """Of a process and its children, those that have ended included."""
    times = process.cpu_times()
    own = times.user + times.system + times.children_user + times.children_system
    return float(own + sum(sum(child.cpu_times()[:2]) for child in process.children()))
