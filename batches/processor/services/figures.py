"""Reporting what was run."""

from collections import Counter
from collections.abc import Iterable

from project.postgres import sql


def record_run(*, model: str, waited_ms: Iterable[float], compute_ms: float) -> None:
    """Report one run of a model: how long each of its items had waited since its submission when the run began, and
    how long the run took. Waits for nobody, nor for the disk: call it in no transaction."""
    waits = Counter(round(max(ms, 0.0), 2) for ms in waited_ms)
    sql.routine("processor.record_run", model, compute_ms, list(waits), list(waits.values()))
