"""Reporting what was run, and keeping the reports short."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from batches.processor.queries.analytics import KEPT
from project.postgres import sql

MOST_AT_ONCE = 20_000


def record_run(*, model: str, waited_ms: Iterable[float], compute_ms: float, failed: int = 0) -> None:
    """Report one run of a model: how long each of its items had waited since its submission when the run began, how
    long the run took, and how many of the items failed. One INSERT, which waits for nobody."""
    waits = Counter(round(max(ms, 0.0), 2) for ms in waited_ms)
    sql.execute(_RECORD, [model, waits.total(), failed, compute_ms, list(waits), list(waits.values())])


def fold(kept: timedelta = KEPT) -> int:
    """Move what was reported in minutes that are over into rows by minute; returns how many reports that were."""
    total = 0
    while moved := int(sql.routine_value("processor.fold_figures", kept, MOST_AT_ONCE)):
        total += moved
    return total


_RECORD = """
INSERT INTO inference_run (model, items, failed, compute_ms, queue_ms, queue_items) VALUES (%s, %s, %s, %s, %s, %s)
"""
