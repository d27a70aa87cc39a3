"""Every system in turn, at several numbers of clients: what its best is worth, and how quick it is at half of that."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median, quantiles
from typing import Protocol

import uvloop

from benchmarks.engine_parts.bench import Bench
from benchmarks.loops import Flight, Work, closed, paced
from benchmarks.processing import ours, peers

WARM_SECONDS = 1.0
PACED_CLIENTS = 64
LEAST = 20  # submissions, for a percentile


class System(Protocol):
    """What is measured."""

    @property
    def name(self) -> str: ...

    async def clients(self, count: int, number: int) -> list[Work]:
        """So many programs, each of which submits so many items in one call."""


@contextmanager
def all_systems(bench: Bench) -> Iterator[list[System]]:
    """Ours and the chosen peers; all of them run, and are idle but for the one that is asked."""
    with ExitStack() as stack:
        running = stack.enter_context(ours.running())
        systems: list[System] = [running, ours.ToldOurs(running.address, running.secret)]
        systems += [stack.enter_context(peer.serving()) for peer in peers.chosen(bench.options.peers)]
        yield systems


def peaks(bench: Bench, systems: Sequence[System], number: int) -> dict[str, float]:
    """Submissions a second of each, each of so many items: the median of the rounds at its best number of clients."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for system in systems:
        uvloop.run(closed_loop(system, max(bench.options.clients), number, min(WARM_SECONDS, bench.options.seconds)))
    for _ in range(bench.options.rounds):
        for clients in bench.options.clients:
            for system in systems:
                bench.wait_for_quiet()
                flight = uvloop.run(closed_loop(system, clients, number, bench.options.seconds))
                found[system.name, clients].append(flight.per_second)
                bench.say(f"  {system.name}, {clients} clients: {flight.per_second:.0f} submissions a second")
    best: dict[str, float] = defaultdict(float)
    for (name, _), rates in found.items():
        best[name] = max(best[name], median(rates))
    return best


def latencies(bench: Bench, system: System, rate: float) -> dict[str, float]:
    """Of single items that come at this rate, in milliseconds: medians of the rounds."""
    found: dict[str, list[float]] = defaultdict(list)
    seconds = max(bench.options.seconds, LEAST / rate)
    for _ in range(bench.options.rounds):
        bench.wait_for_quiet()
        cuts = quantiles(uvloop.run(_paced(system, rate, seconds)), n=100, method="inclusive")
        for name, place in (("p50", 49), ("p95", 94), ("p99", 98)):
            found[name].append(cuts[place])
        bench.say(f"  {system.name}, {rate:.0f} a second: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")
    return {f"{system.name}_{name}_ms": round(median(several), 1) for name, several in found.items()}


async def closed_loop(system: System, clients: int, number: int, seconds: float) -> Flight:
    """So many programs that submit so many items each, again and again."""
    return await closed(await system.clients(clients, number), seconds)


async def _paced(system: System, rate: float, seconds: float) -> list[float]:
    works = await system.clients(PACED_CLIENTS, 1)
    await paced(works, rate, min(WARM_SECONDS, seconds))
    return await paced(works, rate, seconds)
