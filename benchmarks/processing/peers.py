"""LitServe and BentoML, each in an environment and in processes of its own, with the file that our sample model is.

They answer a submission with its results, and keep nothing: what they have when they end is lost.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from batches.processor.sample import FILE
from benchmarks.connection import PATIENCE_SECONDS, Connection, host_of, request
from benchmarks.peers.install import environment
from benchmarks.processing import items
from project.processes import dies_with_parent

HERE = Path(__file__).resolve().parent
COMMON = ("onnxruntime==1.31.1", "numpy==2.4.6", "uvloop==0.23.0", "httptools==0.9.0", "orjson==3.13.0")
PATH = "/predict"
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Served:
    """A peer that answers."""

    name: str
    address: str

    async def clients(self, count: int, number: int) -> list[Callable[[], Awaitable[Any]]]:
        """So many programs that ask for the results of so many items; each has a connection of its own."""
        sent = request(host_of(self.address), PATH, items.body(number))
        return [partial((await Connection.open(self.address)).ask, sent) for _ in range(count)]


@dataclass(frozen=True)
class Peer:
    """`command` of its interpreter and port."""

    name: str
    package: str
    command: Callable[[Path, int], list[str]]

    def python(self) -> Path:
        """Its interpreter; installed once for each set of versions."""
        return environment(self.name, (self.package, *COMMON))

    @contextmanager
    def serving(self) -> Iterator[Served]:
        """Its processes; killed at the end, all of them."""
        port = _free_port()
        process = subprocess.Popen(
            self.command(self.python(), port),
            cwd=HERE,
            env={**os.environ, "MODEL": str(FILE), "BENTOML_DO_NOT_TRACK": "true"},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it must not outlive the benchmark
        )
        try:
            served = Served(self.name, f"http://127.0.0.1:{port}")
            asyncio.run(_wait_for(served, process))
            yield served
        finally:
            _end(process)


async def _wait_for(served: Served, process: "subprocess.Popen[bytes]") -> None:
    """Until its results are right."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"{served.name} ended with {process.returncode}; its stderr stands above.")
        try:
            (one,) = await served.clients(1, 100)
            found: Any = json.loads(await one())
            break
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(LOOK_SECONDS)
    items.require_results(served.name, found["results"] if isinstance(found, dict) else found, 100)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With all that it started, also in groups of their own."""
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for one in started:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _of_litserve(python: Path, port: int) -> list[str]:
    return [str(python), "litserve_peer.py", str(FILE), str(port)]


def _of_bentoml(python: Path, port: int) -> list[str]:
    program = str(python.with_name("bentoml"))
    return [program, "serve", "bentoml_peer:Model", "--host", "127.0.0.1", "--port", str(port)]


# BentoML 1.4.40 wants a certifi that no index has
PEERS = (Peer("litserve", "litserve==0.2.19", _of_litserve), Peer("bentoml", "bentoml==1.4.39", _of_bentoml))


def chosen(names: Sequence[str]) -> list[Peer]:
    return [peer for peer in PEERS if peer.name in names]


def packages(names: Sequence[str]) -> list[str]:
    """Of the peers of these names, what the figures are figures of."""
    found = chosen(names)
    return [*(peer.package for peer in found), *COMMON] if found else []
