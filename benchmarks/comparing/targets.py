"""What the figures have to reach."""

from benchmarks.engine_parts.targets import Target

TARGETS = (
    Target("postgres", "ratio_pg_comparator_different", 1.0, most=True),
    Target("postgres", "ratio_pg_comparator_same", 1.0, most=True),
    Target("postgres", "ratio_reladiff_different", 0.25, most=True),
    Target("postgres", "client_mb_beyond_idle", 64.0, most=True),
    Target("postgres", "ours_missed", 0.0, most=True),
    Target("cassandra", "ratio_to_scan", 1.2, most=True),
    Target("cassandra", "ours_missed", 0.0, most=True),
    Target("hostile", "ours_missed_traps", 0.0, most=True),
    Target("hostile", "ours_false_traps", 0.0, most=True),
)
GROWN = Target("cassandra", "memory_growth", 1.2, most=True)
"""Judged when a second, larger table was asked for."""
