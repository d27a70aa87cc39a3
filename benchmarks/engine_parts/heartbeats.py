"""What a thousand registered workers cost that send a heartbeat every five seconds and do nothing else.

Shares of a core, beyond what the server uses while they are silent: `database_share` is PostgreSQL's, when the
heartbeats come as statements over one open session (workers of `run_workers` have a session each, which would need a
thousand connections); `http_share` is PostgreSQL's and the API server's, when they come over HTTP. Registering,
opening connections and deregistering are not counted.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from benchmarks.api import Api, new_key
from benchmarks.engine_parts.api import Clients
from benchmarks.engine_parts.bench import Bench, processor_seconds
from benchmarks.engine_parts.ours import value
from benchmarks.server import served

EVERY_SECONDS = 5.0
NO_BOUND = "1000000"  # requests a minute: all workers come with one key, and register and leave in a moment
REGISTER = "SELECT workers.register_worker(%s, 'benchmark', %s, 1, '{default}', NULL, 3600, false)"
LEAVE = "SELECT workers.deregister_worker(id, 'benchmark') FROM worker WHERE name LIKE 'beat-%' AND stopped_at IS NULL"
BEAT = "SELECT workers.heartbeat(%s, 0, 0.0, 0.0)"

# sends heartbeats for so many seconds at the workers' rate, or longer when the machine can't keep up; tells how many
Beat = Callable[[float], int]


def measure(bench: Bench) -> dict[str, Any]:
    with _over_session(bench) as beat:
        database = _share(bench, [], beat)
    with served(API_RATE_PER_MINUTE=NO_BOUND) as address, _over_http(bench, address) as beat:
        servers = [one for one in psutil.Process().children(recursive=True) if "serve" in one.cmdline()]
        http = _share(bench, servers, beat)
    return {"workers": bench.options.workers, "database_share": round(database, 3), "http_share": round(http, 3)}


def _share(bench: Bench, servers: list[psutil.Process], beat: Beat) -> float:
    """Processor seconds a second of PostgreSQL and these servers, beyond what they use without heartbeats."""
    assert bench.server.pid is not None
    watched = [psutil.Process(bench.server.pid), *servers]
    seconds = bench.options.load_seconds
    bench.wait_for_quiet()
    idle, lasted, _ = _used(watched, lambda: time.sleep(seconds / 3))
    beat(seconds / 10)  # connections are open, code is loaded
    busy, went_on, beats = _used(watched, lambda: beat(seconds))
    assert beats
    return (busy - idle / lasted * went_on) / beats * _rate(bench)


def _rate(bench: Bench) -> float:
    return float(bench.options.workers / EVERY_SECONDS)


def _used(watched: list[psutil.Process], during: Callable[[], int | None]) -> tuple[float, float, int | None]:
    """Processor seconds and seconds that a call takes, and what it gives."""
    began, before = time.monotonic(), sum(map(processor_seconds, watched))
    given = during()
    return sum(map(processor_seconds, watched)) - before, time.monotonic() - began, given


@contextmanager
def _over_session(bench: Bench) -> Iterator[Beat]:
    """Workers registered in SQL, and their heartbeats."""
    with bench.ours.session() as session:
        ids = [value(session, REGISTER, f"beat-{number}", number) for number in range(bench.options.workers)]

        def beat(seconds: float) -> int:
            began, beats = time.monotonic(), max(int(seconds * _rate(bench)), 1)
            for number in range(beats):
                session.execute(BEAT, [ids[number % len(ids)]])
                time.sleep(max(began + number / _rate(bench) - time.monotonic(), 0))
            return beats

        yield beat
        session.execute(LEAVE)


@contextmanager
def _over_http(bench: Bench, address: str) -> Iterator[Beat]:
    """Workers registered by API, and their heartbeats."""
    secret = new_key()
    workers = [_body(number) for number in range(bench.options.workers)]
    paths = [f"/api/distributed/workers/{worker['workerId']}" for worker in workers]
    one = Api(address, secret)
    for worker in workers:
        one.ask("POST", "/api/distributed/workers/register", worker)
    with Clients(address, secret, {path: ("POST", f"{path}/heartbeat", {"currentLoad": 0}) for path in paths}) as all_:
        yield lambda seconds: sum(map(len, all_.load(_rate(bench), seconds).values()))
    for path in paths:
        one.ask("DELETE", path)


def _body(number: int) -> dict[str, Any]:
    return {"workerId": f"benchmark-{number}", "hostname": "benchmark", "capabilities": [], "maxConcurrency": 1}
