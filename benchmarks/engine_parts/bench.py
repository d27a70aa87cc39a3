"""What every part stands on: the options, the server, ourselves, the peers, and the wait for a quiet machine."""

import argparse
import contextlib
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Any

import psutil

from benchmarks.engine_parts.ours import Ours
from benchmarks.peers.catalogue import PEERS, Peer
from project.postgres.embedded import EmbeddedServer

QUIET_PERCENT = 10.0
ONE_AT_A_TIME = 0.2  # of the jobs


class Bench:
    """One run of the benchmark."""

    def __init__(self, options: argparse.Namespace, server: EmbeddedServer) -> None:
        self.options = options
        self.server = server
        self.ours = Ours.on(server.url("benchmark"))
        self.peers: tuple[Peer, ...] = tuple(peer for peer in PEERS if peer.name in options.peers)
        self.unquiet_runs = 0

    def say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def wait_for_quiet(self) -> None:
        """Until nobody else uses the machine, or patience is over; runs that began unquietly are counted."""
        end = time.monotonic() + self.options.quiet_seconds
        while psutil.cpu_percent(0.5 if self.options.quiet_seconds else 0.05) > QUIET_PERCENT:
            if time.monotonic() > end:
                self.unquiet_runs += 1
                return

    def jobs_for(self, concurrency: int, share: float = 1.0) -> int:
        """Jobs of a run: fewer when they go one at a time, or when the queue is slow."""
        return max(int(self.options.jobs * (min(share, ONE_AT_A_TIME) if concurrency == 1 else share)), 20)


def measured(
    bench: Bench, parts: Mapping[str, Callable[[Bench], dict[str, Any]]]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The figures of the chosen parts, one after another; and those that failed, with why."""
    figures: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    for part in bench.options.only:
        began = time.monotonic()
        try:
            figures[part] = parts[part](bench)
        except Exception as error:  # noqa: BLE001 - the other parts are worth having
            traceback.print_exc()
            failed[part] = f"{type(error).__name__}: {error}"
        bench.say(f"{part}: {time.monotonic() - began:.0f} s {json.dumps(figures.get(part, 'FAILED'))}")
    return figures, failed


def middle(values: Iterable[float], digits: int = 0) -> float:
    """The median, rounded."""
    found = round(median(values), digits)
    return found if digits else int(found)


def processor_seconds(process: psutil.Process) -> float:
    """Used by a process and its children, those that have ended included."""
    times = process.cpu_times()
    used = float(times.user + times.system + times.children_user + times.children_system)
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            used += sum(child.cpu_times()[:2])
    return used
