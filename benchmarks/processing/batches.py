"""Submissions of 100 items in a closed loop, beside servers of models that keep nothing.

`NAME_per_second` are items a second at the number of clients that is the best for that system. A submission of ours is
done when its results have been read: it is stored, answered, run, its results stored, its client told over a WebSocket,
and then asked for them. A peer's is done with its answer. `batch_ratio` is ours by the better peer.
"""

from typing import Any

from benchmarks.engine_parts.bench import Bench
from benchmarks.processing import load

ITEMS = 100


def measure(bench: Bench) -> dict[str, Any]:
    with load.all_systems(bench) as systems:
        peaks = load.peaks(bench, systems, ITEMS)
    others = [rate for name, rate in peaks.items() if name != "ours"]
    return {
        **{f"{name}_per_second": round(rate * ITEMS, 1) for name, rate in peaks.items()},
        "batch_ratio": round(peaks["ours"] / max(others), 3) if others else None,
    }
