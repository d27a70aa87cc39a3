"""The same single items with `enable_dynamic_batching` on and off, as the API configures it, in turn.

`on_per_second` and `off_per_second` are items a second of a backlog of submissions of one item each, from the moment
that the queue is resumed to the end of the last batch: what workers do when items wait. `ratio_on_to_off` is one by the
other. `on_closed_per_second` and `off_closed_per_second` are those of a closed loop, in which the API's own work takes
most of the time.
"""

from collections import defaultdict
from statistics import median
from typing import Any

import uvloop

from batches.processor.services import submit
from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.ours import until, value
from benchmarks.processing import items, load, ours
from workers.services import queues

QUEUE = "processor"
OPEN = "SELECT count(*) FROM inference_batch WHERE status IN ('queued', 'processing')"
SECONDS = """
SELECT extract(epoch FROM max(completed_at) - %s)::float8 FROM inference_batch
WHERE status = 'completed' AND queued_at < %s"""


def measure(bench: Bench) -> dict[str, Any]:
    found: dict[str, list[float]] = defaultdict(list)
    with ours.running() as served:
        for _ in range(bench.options.rounds):
            for name, on in (("off", False), ("on", True)):
                uvloop.run(served.configure(enable_dynamic_batching=on))
                bench.wait_for_quiet()
                found[f"{name}_per_second"].append(_drained(bench))
                bench.wait_for_quiet()
                closed = uvloop.run(load.closed_loop(served, max(bench.options.clients), 1, bench.options.seconds))
                found[f"{name}_closed_per_second"].append(closed.per_second)
                bench.say(f"  {name}: {found[f'{name}_per_second'][-1]:.0f}, {closed.per_second:.0f} in a loop")
    rates = {name: round(median(several), 1) for name, several in found.items()}
    return {**rates, "ratio_on_to_off": round(rates["on_per_second"] / rates["off_per_second"], 3)}


def _drained(bench: Bench) -> float:
    """Items a second of the backlog."""
    queues.pause(queue=QUEUE, reason="benchmark")
    for _ in range(bench.options.backlog):
        submit(items=[items.item(0)], priority="normal", timeout_ms=ours.TIMEOUT_MS)
    with bench.ours.session() as session:
        began = value(session, "SELECT clock_timestamp()")
        queues.resume(queue=QUEUE)
        until(lambda: value(session, OPEN) == 0, "the backlog is not drained")
        return float(bench.options.backlog / value(session, SECONDS, began, began))
