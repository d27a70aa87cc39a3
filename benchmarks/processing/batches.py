"""Submissions of 100 items in a closed loop, beside servers of models that keep nothing.

`NAME_per_second` are items a second at the number of clients that is best for that system. A submission is done once
its results have been read. Ours is stored, run, and its results stored before the answer has them (`Prefer: wait`);
`ours_told` are two calls as the contract has them, with a WebSocket that tells when it is time for the second. A peer's
answer has the results. `batch_ratio` is ours by the better peer.
"""

from typing import Any

from benchmarks.engine_parts.bench import Bench
from benchmarks.processing import load

ITEMS = 100


def measure(bench: Bench) -> dict[str, Any]:
    with load.all_systems(bench) as systems:
        peaks = load.peaks(bench, systems, ITEMS)
    others = [rate for name, rate in peaks.items() if name in bench.options.peers]
    return {
        **{f"{name}_per_second": round(rate * ITEMS, 1) for name, rate in peaks.items()},
        "batch_ratio": round(peaks["ours"] / max(others), 3) if others else None,
    }
