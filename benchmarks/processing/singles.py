"""Submissions of one item: how many a second in a closed loop, and how long one takes at half of that.

`NAME_per_second` is as for batches. `NAME_p50_ms`, `_p95_ms` and `_p99_ms` are at half of that system's own peak, at
even distances, whatever the answers do: from the moment that a submission was due until its results have been read.
"""

from typing import Any

from benchmarks.engine_parts.bench import Bench
from benchmarks.processing import load


def measure(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with load.all_systems(bench) as systems:
        peaks = load.peaks(bench, systems, 1)
        for system in systems:
            found[f"{system.name}_per_second"] = round(peaks[system.name], 1)
            found |= load.latencies(bench, system, peaks[system.name] / 2)
    return found
