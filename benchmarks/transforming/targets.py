"""What the figures have to reach."""

from benchmarks.engine_parts.targets import Target

TARGETS = (
    Target("body", "server_cpu_ms", 50.0, most=True),
    Target("body", "ratio_polars", 1.0, most=True),
    Target("body", "ratio_glom", 1.0, most=True),
    Target("body", "ratio_benedict", 1.0, most=True),
)
