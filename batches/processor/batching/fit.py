"""A straight line through the last runs: latency = per_item * items + fixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

SIZES = 3  # different ones at least
POOR = 0.35  # of the mean latency: the line is no guide when runs lie that far off it, on average


@dataclass(frozen=True, slots=True)
class Line:
    """In seconds."""

    per_item: float
    fixed: float

    def items(self, seconds: float) -> float:
        """How many a run may take to end within so long; without end where items cost nothing."""
        if self.per_item <= 0:
            return float("inf") if self.fixed <= seconds else 0.0
        return (seconds - self.fixed) / self.per_item


def fitted(runs: Sequence[tuple[int, float]]) -> Line | None:
    """The least-squares line of runs of (items, seconds); None when there are too few sizes, or it fits poorly."""
    if len({items for items, _ in runs}) < SIZES:
        return None
    mean_items, mean_seconds = fmean(items for items, _ in runs), fmean(seconds for _, seconds in runs)
    spread = sum((items - mean_items) ** 2 for items, _ in runs)
    per_item = sum((items - mean_items) * (seconds - mean_seconds) for items, seconds in runs) / spread
    line = Line(per_item, mean_seconds - per_item * mean_items)
    off = fmean(abs(line.per_item * items + line.fixed - seconds) for items, seconds in runs)
    return line if off <= POOR * mean_seconds else None
