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
from benchmarks.engine_parts.bench import Bench, processor_seconds
from benchmarks.server import served

EVERY_SECONDS = 5.0
REGISTER = "SELECT workers.register_worker(%s, 'benchmark', %s, 1, '{default}', NULL, 3600, false)"
LEAVE = "SELECT workers.deregister_worker(id, 'benchmark') FROM worker WHERE name LIKE 'beat-%' AND stopped_at IS NULL"
BEAT = "SELECT workers.heartbeat(%s, 0, 0.0, 0.0)"


def measure(bench: Bench) -> dict[str, Any]:
    bench.wait_for_quiet()
    database = _share(bench, [], lambda seconds: _by_session(bench, seconds))
    workers = [_body(number) for number in range(bench.options.workers)]
    with served() as address:
        secret = new_key()
        client = Api(address, secret)
        for worker in workers:
            client.ask("POST", "/api/distributed/workers/register", worker)
        servers = [one for one in psutil.Process().children(recursive=True) if "serve" in one.cmdline()]
        bench.wait_for_quiet()
        http = _share(bench, servers, lambda seconds: _over_http(bench, address, secret, seconds))
        for worker in workers:
            client.ask("DELETE", f"/api/distributed/workers/{worker['workerId']}")
    return {"workers": len(workers), "database_share": round(database, 3), "http_share": round(http, 3)}


def _share(bench: Bench, servers: list[psutil.Process], beat: Callable[[float], int]) -> float:
    """Processor seconds a second of PostgreSQL and these servers, beyond what they use without heartbeats.

    `beat` sends them for so many seconds at the workers' rate, or for longer when the machine can't keep up, and tells
    how many; what one of them costs counts.
    """
    assert bench.server.pid is not None
    watched = [psutil.Process(bench.server.pid), *servers]
    seconds = bench.options.load_seconds
    idle, lasted, _ = _used(watched, lambda: time.sleep(seconds / 3))
    busy, went_on, beats = _used(watched, lambda: beat(seconds))
    assert beats
    rate: float = bench.options.workers / EVERY_SECONDS
    return (busy - idle / lasted * went_on) / beats * rate


def _used(watched: list[psutil.Process], during: Callable[[], int | None]) -> tuple[float, float, int | None]:
    """Processor seconds and seconds that a call takes, and what it gives."""
    began, before = time.monotonic(), sum(map(processor_seconds, watched))
    given = during()
    return sum(map(processor_seconds, watched)) - before, time.monotonic() - began, given


def _by_session(bench: Bench, seconds: float) -> int:
    workers = bench.options.workers
    beats = int(seconds / EVERY_SECONDS * workers)
    with bench.ours.session() as session:
        ids = [session.execute(REGISTER, (f"beat-{number}", number)).fetchone() for number in range(workers)]
        began = time.monotonic()
        for number in range(beats):
            session.execute(BEAT, ids[number % workers])
            time.sleep(max(began + number * EVERY_SECONDS / workers - time.monotonic(), 0))
        session.execute(LEAVE)
    return beats


def _over_http(bench: Bench, address: str, secret: str, seconds: float) -> int:
    requests = {
        str(number): ("POST", f"/api/distributed/workers/{_body(number)['workerId']}/heartbeat", {"currentLoad": 0})
        for number in range(bench.options.workers)
    }
    answers = load(address, secret, requests, bench.options.workers / EVERY_SECONDS, seconds)
    return sum(map(len, answers.values()))


def _body(number: int) -> dict[str, Any]:
    return {"workerId": f"benchmark-{number}", "hostname": "benchmark", "capabilities": [], "maxConcurrency": 1}
