"""Reporting what was run."""

from collections import Counter
from collections.abc import Iterable

from project.postgres import sql


def record_run(*, model: str, waited_ms: Iterable[float], compute_ms: float, failed: int = 0) -> None:
    """Report one run of a model: how long each of its items had waited since its submission when the run began, how
    long the run took, and how many of the items failed. One INSERT, which waits for nobody."""
    waits = Counter(round(max(ms, 0.0), 2) for ms in waited_ms)
    sql.execute(_RECORD, [model, waits.total(), failed, compute_ms, list(waits), list(waits.values())])


_RECORD = """
INSERT INTO inference_run (model, items, failed, compute_ms, queue_ms, queue_items) VALUES (%s, %s, %s, %s, %s, %s)
"""
