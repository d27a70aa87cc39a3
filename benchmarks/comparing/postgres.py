"""A million rows of eight columns in two databases of one server, with 500 differences and without any.

`NAME_TABLE_seconds` is the median from trigger or start to the end: ours with the values of both sides stored for each
difference, the peers' with a line printed. Ours runs in a worker that was just started, has never seen the table, and
reads each difference a second time. `ours_found` is the least of all runs, `NAME_found` a peer's; nothing else may be
named. `ratio_NAME_TABLE` is ours by the faster setting of that peer: below 1 ours is faster. `client_mb` is the most
that the worker had in any run, `client_mb_beyond_idle` what of it came with the comparison.
"""

from collections import defaultdict
from statistics import median
from typing import Any

from benchmarks.comparing import ours, peers, tables
from benchmarks.engine_parts.bench import Bench

FAMILIES = ("pg_comparator", "reladiff")


def measure(bench: Bench) -> dict[str, Any]:
    planted = tables.make(bench.server, bench.options.rows, bench.options.differences)
    expected = {tables.DIFFERENT: planted.keys, tables.SAME: set[int]()}
    chosen = [peer for peer in peers.FAST if peer.name in bench.options.peers]
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    found: dict[str, list[int]] = defaultdict(list)
    megabytes: dict[str, list[float]] = defaultdict(list)
    with peers.routines_in(bench.server, chosen):
        for _ in range(bench.options.rounds):
            for table, keys in expected.items():
                ours.connect(bench)
                ours.map_table(table)
                run = ours.compare(bench, [table])
                seconds["ours", table].append(run.seconds)
                megabytes["client_mb"].append(run.megabytes)
                megabytes["client_mb_beyond_idle"].append(run.beyond_idle)
                _count(found, "ours", table, run.keys[table], keys)
                bench.say(f"  ours {table}: {run.seconds:.2f} s, {run.beyond_idle:.0f} MB")
                for peer in chosen:
                    bench.wait_for_quiet()
                    other = peer.compare(bench.server, table)
                    seconds[peer.name, table].append(other.seconds)
                    megabytes[f"{peer.name}_mb"].append(other.megabytes)
                    _count(found, peer.name, table, other.keys, keys)
                    bench.say(f"  {peer.name} {table}: {other.seconds:.2f} s, {other.megabytes:.0f} MB")
    figures = {key: median(several) for key, several in seconds.items()}
    return {
        **{f"{name}_{table}_seconds": round(figure, 3) for (name, table), figure in figures.items()},
        **_ratios(figures),
        **{name: round(max(several), 1) for name, several in megabytes.items()},
        **{f"{name}_found": min(several) for name, several in found.items()},
        "planted": len(planted.keys),
        "ours_missed": len(planted.keys) - min(found["ours"]),
    }


def _count(found: dict[str, list[int]], name: str, table: str, named: frozenset[int], planted: set[int]) -> None:
    """Raises RuntimeError for a row that is equal and was named."""
    if wrong := named - planted:
        raise RuntimeError(f"{name} calls {len(wrong)} equal rows of {table} different, such as {min(wrong)}.")
    if planted:
        found[name].append(len(named))


def _ratios(seconds: dict[tuple[str, str], float]) -> dict[str, float]:
    ratios: dict[str, float] = {}
    for family in FAMILIES:
        for table in (tables.DIFFERENT, tables.SAME):
            settings = [one for (name, of), one in seconds.items() if name.startswith(family) and of == table]
            if settings:
                ratios[f"ratio_{family}_{table}"] = round(seconds["ours", table] / min(settings), 3)
    return ratios
