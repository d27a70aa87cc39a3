"""The parts by name."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.engine_parts import api, dag, drain, enqueue, heartbeats, history, lanes, latency, pinned, steady
from benchmarks.engine_parts.bench import Bench

PARTS: Mapping[str, Callable[[Bench], dict[str, Any]]] = {
    "drain": drain.measure,
    "enqueue": enqueue.measure,
    "latency": latency.measure,
    "dag": dag.measure,
    "pinned": pinned.measure,
    "history": history.measure,
    "lanes": lanes.measure,
    "api": api.measure,
    "heartbeats": heartbeats.measure,
    "steady": steady.measure,
}
