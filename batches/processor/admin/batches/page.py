"""Everything a batch's page shows."""

from itertools import pairwise
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from batches.processor import queries
from batches.processor.admin.batches.failures import PAGE, failures
from batches.processor.models import InferenceBatch
from batches.processor.queries.shown import summary
from batches.processor.roles import VIEWERS
from batches.processor.states import FINAL, Status
from project.access.roles import ALL_READERS
from project.console import states
from project.console.people import holds
from workers.services.operations import name as execution_name

ENDED_EARLY = {Status.CANCELLED, Status.EXPIRED}


def moving(request: HttpRequest, batch: InferenceBatch, *, after: int = 0) -> dict[str, Any]:
    """The whole page: all of it changes while the batch goes on. Failed items are those behind place `after`."""
    done = queries.progress(batch)
    found = failures(batch, after)
    live = batch.status not in FINAL
    return {
        "batch": batch,
        "status": summary(batch),
        "percent": 100 * done.done,
        "left": batch.total - batch.completed - batch.failed - batch.cancelled,
        "parts": _parts(batch),
        "waited": (batch.processing_at or batch.ended_at or timezone.now()) - batch.queued_at,
        "seconds": done.processing_time_ms / 1000 if batch.processing_at else None,
        "compute_seconds": batch.compute_ms / 1000,
        "timeout_seconds": batch.timeout_ms / 1000,
        "times": _times(batch),
        "execution": execution_name(batch.pk),
        "reads_engine": holds(request, ALL_READERS),
        "reads_models": holds(request, VIEWERS),
        "failures": found[:PAGE],
        "more": found[PAGE - 1].place if len(found) > PAGE else None,
        "later": after > 0,
        "live": live,
        "has_results": not live and bool(batch.completed or batch.failed),
        "ended_early": batch.status in ENDED_EARLY,
        "now": timezone.now(),
    }


def _parts(batch: InferenceBatch) -> list[dict[str, Any]]:
    """Of the bar: done, failed, never run."""
    counts = {states.GOOD: batch.completed, states.BAD: batch.failed, states.IDLE: batch.cancelled}
    return [{"tone": tone, "percent": 100 * count / batch.total} for tone, count in counts.items() if count]


def _times(batch: InferenceBatch) -> list[dict[str, Any]]:
    """The states that it went through, in order, and how long it stayed in each."""
    reached = sorted((at, status) for status in Status if (at := getattr(batch, f"{status.value}_at")) is not None)
    stayed = [(later - at).total_seconds() for (at, _), (later, _) in pairwise(reached)]
    return [
        {"status": status.value, "at": at, "seconds": seconds}
        for (at, status), seconds in zip(reached, [*stayed, None], strict=True)
    ]
