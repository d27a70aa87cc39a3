"""A batch's phases with what each took, and the events between them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.states import Status


@dataclass(frozen=True)
class Phase:
    """One phase: when it began and ended; open while it goes on."""

    name: str
    began: datetime | None
    ended: datetime | None
    note: str = ""

    @property
    def seconds(self) -> float | None:
        if self.began is None or self.ended is None:
            return None
        return max((self.ended - self.began).total_seconds(), 0.0)


def timeline(batch: MonthEndBatch) -> dict[str, Any]:
    """Phases, the longest of them in seconds (for the bars), and events."""
    events = list(batch.events.select_related("actor"))
    planned = next((event.at for event in events if event.name == "planned"), None)
    phases = [
        Phase("pre-flight and plan", batch.initiated_at, planned),
        Phase("waiting for workers", planned, batch.started_at),
        Phase("posting", batch.started_at, batch.posted_at),
        Phase("validation", batch.posted_at, batch.validated_at),
        _last(batch),
    ]
    shown = [phase for phase in phases if phase.began is not None]
    return {
        "phases": shown,
        "longest": max((phase.seconds or 0.0 for phase in shown), default=0.0) or 1.0,
        "total": (batch.finished_at - batch.initiated_at).total_seconds() if batch.finished_at else None,
        "events": events,
    }


def _last(batch: MonthEndBatch) -> Phase:
    if batch.status in {Status.ABORTING, Status.ABORTED, Status.FAILED}:
        return Phase("abort", None, None)
    if batch.dry_run:
        return Phase("drop of the dry run", batch.validated_at, batch.finished_at)
    locks = f"locks held for {batch.commit_lock_ms:.0f} ms" if batch.commit_lock_ms is not None else ""
    return Phase("commit", batch.validated_at, batch.finished_at, locks)
