"""The peers, and the settings each of them is measured at."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.peers import install
from benchmarks.peers.program import Program
from project.postgres.embedded import EmbeddedServer

HERE = Path(__file__).resolve().parent
DATABASE = "benchmark_peer"
LIKE_FOR_LIKE = "bullmq_redis"  # measured at the same settings as ours


@dataclass(frozen=True)
class Peer:
    """A queue to compare with: `settings` as (concurrency, processes), `share` of the jobs that a slow one gets."""

    name: str
    packages: tuple[str, ...]
    settings: tuple[tuple[int, int], ...]
    share: float
    opened: Callable[[EmbeddedServer], AbstractContextManager[Program]]


@contextmanager
def _on_redis(*options: str) -> Iterator[Program]:
    folder, server = Path(tempfile.mkdtemp(prefix="tutup-redis-")), install.redis()
    socket = folder / "socket"
    libraries = [str(path.parent) for path in server.glob("usr/lib/*/libjemalloc.so.2")]
    process = subprocess.Popen(
        [server / "usr/bin/redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "",
         "--logfile", folder / "log", *options],
        env={**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)},
    )  # fmt: skip
    try:
        while not socket.exists():
            if process.poll() is not None:
                raise RuntimeError(f"redis-server did not start: {(folder / 'log').read_text()}")
            time.sleep(0.01)
        yield _in_node("bullmq.cjs", str(socket))
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _on_postgres(server: EmbeddedServer, program: Callable[[str], Program]) -> Iterator[Program]:
    """With an empty database on the same server as ours, whose last changes are on disk."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        address = server.ensure_database(DATABASE)
        connection.execute("CHECKPOINT")
        yield program(address)
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _in_node(script: str, address: str) -> Program:
    return Program(("node", str(HERE / script)), {"NODE_PATH": str(install.node_modules()), "ADDRESS": address})


def _in_python(script: str, address: str) -> Program:
    return Program((str(install.python()), str(HERE / script)), {"ADDRESS": address})


PEERS = (
    # what it is compared at by default: nothing of it is on disk
    Peer(
        "bullmq_redis", ("bullmq", "ioredis", "redis-server"),
        ((1, 1), (1, 2), (10, 1), (10, 2), (100, 1), (100, 2)), 1.0,
        lambda _: _on_redis("--appendonly", "no"),
    ),
    Peer(
        "bullmq_redis_durable", ("bullmq", "ioredis", "redis-server"), ((100, 1), (100, 2)), 0.5,
        lambda _: _on_redis("--appendonly", "yes", "--appendfsync", "always"),
    ),
    Peer(
        "bullmq_postgres", ("bullmq", "pg"), ((10, 1), (10, 2), (100, 1), (100, 2)), 0.1,
        lambda server: _on_postgres(server, lambda address: _in_node("bullmq.cjs", address)),
    ),
    Peer(
        "graphile_batched", ("graphile-worker",), ((24, 1), (24, 2)), 1.0,
        lambda server: _on_postgres(server, lambda address: _in_node("graphile.cjs", address)),
    ),
    Peer(
        "pgqueuer", ("pgqueuer", "asyncpg"), ((10, 1), (10, 2), (100, 1), (100, 2)), 0.3,
        lambda server: _on_postgres(server, lambda address: _in_python("pgqueuer_peer.py", address)),
    ),
    Peer(
        "procrastinate", ("procrastinate", "psycopg"), ((1, 1), (1, 2), (10, 1), (10, 2)), 0.03,
        lambda server: _on_postgres(server, lambda address: _in_python("procrastinate_peer.py", address)),
    ),
)  # fmt: skip


def packages(names: Sequence[str]) -> list[str]:
    """Of the peers of these names, what the figures are figures of."""
    return install.versions({package for peer in PEERS if peer.name in names for package in peer.packages})
