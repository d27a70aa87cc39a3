"""Everything a job's page shows."""

from typing import Any

from django.db.models import Count, Max, Sum
from django.utils import timezone

from project.console import states
from reconciliation import drift
from reconciliation.admin.jobs.drifting import severity
from reconciliation.drift import Thresholds
from reconciliation.models import Coverage, Mapping, ReconciliationJob, Sighting
from reconciliation.queries import errors, pausing
from reconciliation.queries.jobs import ranges as ranges_by_state
from reconciliation.states import JobStatus, RangeState
from workers.services.operations import name as execution_name

SAMPLE = 10
CELLS = 1000
FAILED_SHOWN = 20
COVERED = 10
MARKS = {
    RangeState.EQUAL: "■",
    RangeState.DIFFERENT: "≠",
    RangeState.COUNTED: "▣",
    RangeState.PENDING: "□",
    RangeState.FAILED: "✕",
    RangeState.SPLIT: "÷",
}
TONES = {
    RangeState.EQUAL: "done",
    RangeState.DIFFERENT: "different",
    RangeState.COUNTED: "running",
    RangeState.PENDING: "waiting",
    RangeState.FAILED: "failed",
    RangeState.SPLIT: "waiting",
}


def moving(job: ReconciliationJob) -> dict[str, Any]:
    """The whole page: all of it changes while the job runs."""
    return {
        "job": job,
        "execution": None if job.execution_id is None else execution_name(job.execution_id),
        "seconds": seconds(job),
        **_progress(job),
        "drift": drift.words(drift.percent(job)) if job.status == JobStatus.COMPLETED else "—",
        "severity": severity(job),
        "thresholds": thresholds(job.mapping),
        "bound": None if job.drift_bound_percent is None else drift.words(job.drift_bound_percent),
        "sample": Sighting.objects.filter(job=job).select_related("mismatch").order_by("pk")[:SAMPLE],
        "failed": job.ranges.filter(state=RangeState.FAILED)[:FAILED_SHOWN],
        **_errors(job),
        "coverage": _coverage(job),
        "paused": pausing.told(job),
        "live": job.status == JobStatus.RUNNING,
        "now": timezone.now(),
    }


def seconds(job: ReconciliationJob) -> float | None:
    """From its start to its end, or to now; None before it starts."""
    if job.started_at is None:
        return None
    return ((job.completed_at or timezone.now()) - job.started_at).total_seconds()


def thresholds(mapping: Mapping) -> dict[str, str]:
    """The mapping's, else the installation's."""
    found = Thresholds.of(mapping)
    return {"warning": drift.words(found.warning), "critical": drift.words(found.critical)}


def _progress(job: ReconciliationJob) -> dict[str, Any]:
    """Ranges by state, as a bar and as cells; what was split counts as the ranges it was split into."""
    counts = ranges_by_state(job)
    done = counts[RangeState.EQUAL] + counts[RangeState.DIFFERENT] + counts[RangeState.COUNTED]
    total = done + counts[RangeState.PENDING] + counts[RangeState.FAILED]
    read = job.ranges.aggregate(source=Sum("source_rows"), target=Sum("target_rows"))
    took = seconds(job)
    source = read["source"] if job.source_rows is None else job.source_rows
    target = read["target"] if job.target_rows is None else job.target_rows
    parts = {
        states.GOOD: counts[RangeState.EQUAL],
        states.BUSY: counts[RangeState.COUNTED],
        states.WARN: counts[RangeState.DIFFERENT],
        states.BAD: counts[RangeState.FAILED],
    }
    return {
        "counts": counts,
        "done": done,
        "total": total,
        "parts": [{"tone": tone, "percent": 100 * count / (total or 1)} for tone, count in parts.items() if count],
        "source_rows": source,
        "target_rows": target,
        "rate": source / took if source and took else None,
        "cells": [
            {"number": one.number, "state": one.state, "mark": MARKS[RangeState(one.state)],
             "tone": TONES[RangeState(one.state)], "rows": one.source_rows}
            for one in job.ranges.only("number", "state", "source_rows")[:CELLS]
        ],
    }  # fmt: skip


def _errors(job: ReconciliationJob) -> dict[str, Any]:
    """The first of them, each as a line, whether it is told as text or as an object with a range."""
    found = errors.shown(job)
    lines = [_error(one) for one in found["validation_errors"] or []]
    return {"errors": lines, "error_count": found["validation_error_count"]}


def _error(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    place = one.get("range")
    text = str(one.get("error", one))
    return text if place is None else f"Range {place}: {text}"


def _coverage(job: ReconciliationJob) -> dict[str, Any]:
    """What this job proved, and what of the mapping is proved at all, by version."""
    own = Coverage.objects.filter(job=job).aggregate(ranges=Count("pk"), rows=Sum("rows"))
    proved = (
        Coverage.objects.filter(mapping=job.mapping_id)
        .order_by()
        .values("mapping_version", "canonical_version")
        .annotate(ranges=Count("pk"), rows=Sum("rows"), newest=Max("proved_at"))
        .order_by("-newest")
    )
    return {"own": own, "proved": list(proved[:COVERED])}
