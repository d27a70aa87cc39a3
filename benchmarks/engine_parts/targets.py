"""What the figures have to reach."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Target:
    """A figure of a part, and the value that it must reach, or with `most` not exceed."""

    part: str
    figure: str
    bound: float
    most: bool = False

    def judged(self, value: float | None) -> dict[str, Any]:
        met = value is not None and (value <= self.bound if self.most else value >= self.bound)
        return {"value": value, "target": f"{'at most' if self.most else 'at least'} {self.bound:g}", "met": met}


TARGETS = (
    Target("drain", "ratio_bullmq_redis_c100", 4.0),
    Target("drain", "ratio_bullmq_redis_c10", 1.8),
    Target("drain", "ratio_bullmq_redis_c1", 0.5),
    Target("drain", "ratio_pgqueuer_default", 10.0),
    Target("drain", "ratio_procrastinate_default", 10.0),
    Target("drain", "wal_bytes_per_job", 250.0, most=True),
    Target("enqueue", "ours_bulk", 150_000.0),
    Target("latency", "p50_ms", 2.5, most=True),
    Target("latency", "p99_ms", 8.0, most=True),
    Target("dag", "nodes_per_second", 40_000.0),
    Target("dag", "submission_seconds", 1.0, most=True),
    Target("pinned", "ratio_to_clean", 0.7),
    Target("history", "ratio_to_empty", 0.95),
    Target("lanes", "ratio_to_one_lane", 2.0, most=True),
    Target("api", "status_p95_ms", 10.0, most=True),
    Target("api", "heartbeat_p95_ms", 10.0, most=True),
    Target("api", "stats_p95_ms", 10.0, most=True),
    Target("heartbeats", "database_share", 0.1, most=True),
    Target("heartbeats", "http_share", 0.1, most=True),
    Target("steady", "slowest_window_share", 0.95),
    Target("steady", "dead_rows_growth", 1.5, most=True),
)


def judged(
    parts: Collection[str], figures: Mapping[str, Mapping[str, Any]], targets: Collection[Target] = TARGETS
) -> dict[str, dict[str, Any]]:
    """Each target of these parts with its value and whether it is met; a figure that is missing (None) meets none."""
    return {
        f"{target.part}.{target.figure}": target.judged(figures.get(target.part, {}).get(target.figure))
        for target in targets
        if target.part in parts
    }
