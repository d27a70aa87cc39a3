"""What the figures have to reach."""

from benchmarks.engine_parts.targets import Target

TARGETS = (
    Target("batches", "batch_ratio", 1.5),
    Target("singles", "ours_p99_ms", 25.0, most=True),
    Target("batching", "ratio_on_to_off", 3.0),
    Target("websocket", "own_p99_ms", 50.0, most=True),
    Target("websocket", "shared_p99_ms", 50.0, most=True),
)
