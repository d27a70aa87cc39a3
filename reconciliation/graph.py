"""Which engine jobs a comparison consists of and what waits for what.

Planned first, because only the plan knows the ranges: `plan` adds the rest to its own execution. `gather` follows the
ranges, those too that a range was split into while it ran, and adds the second reading of what differed. `settle`
comes last whatever happened: no other job ends a comparison.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from workers.services import Dependency, JobSpec

from .models import ReconciliationJob
from .states import Priority

WORKFLOW = "reconciliation"
PLAN = "plan"
SETTLE_PLAN = "settle-plan"
GATHER = "gather"
SETTLE = "settle"

CLASSES = {Priority.LOW: "idle", Priority.NORMAL: "normal", Priority.HIGH: "urgent"}
"""HIGH has a head start, no wall: the engine bounds how long the others wait. LOW waits for all that its workers could
do besides."""


def planning(job: ReconciliationJob) -> list[JobSpec]:
    """The jobs an execution starts with."""
    return [
        _job(PLAN, "reconciliation.plan", job),
        _job(SETTLE_PLAN, "reconciliation.settle", job, after=[PLAN], max_attempts=100, planned=False),
    ]


def comparing(job: ReconciliationJob, numbers: Sequence[int]) -> list[JobSpec]:
    """The jobs from the plan to the end."""
    ranges = list(of_ranges(job, numbers))
    keys = [one.key for one in ranges]
    return [*ranges, gathering(job, GATHER, keys), settling(job, SETTLE, [*keys, GATHER])]


def of_ranges(job: ReconciliationJob, numbers: Iterable[int], *, halvings: int = 0) -> Iterable[JobSpec]:
    """`halvings`: how many times the planned range was halved to give these."""
    for number in numbers:
        yield _job(f"range-{number}", "reconciliation.compare", job, range=number, halvings=halvings)


def gathering(job: ReconciliationJob, key: str, after: Sequence[str]) -> JobSpec:
    return _job(key, "reconciliation.gather", job, after=after, max_attempts=20)


def confirming(job: ReconciliationJob, blocks: Sequence[tuple[int, int]]) -> list[JobSpec]:
    """One job for each block of candidates (first and last id), after the lag."""
    delay = float(job.definition["lag_seconds"])
    return [
        _job(f"confirm-{first}", "reconciliation.confirm", job, delay_seconds=delay, first=first, last=last)
        for first, last in blocks
    ]


def recounting(job: ReconciliationJob, numbers: Iterable[int]) -> list[JobSpec]:
    """One job for each range whose counts differ, after the lag."""
    delay = float(job.definition["lag_seconds"])
    return [
        _job(f"recount-{number}", "reconciliation.recount", job, delay_seconds=delay, range=number)
        for number in numbers
    ]


def settling(job: ReconciliationJob, key: str, after: Sequence[str]) -> JobSpec:
    return _job(key, "reconciliation.settle", job, after=after, max_attempts=100, planned=True)


def _job(
    key: str,
    kind: str,
    job: ReconciliationJob,
    *,
    after: Sequence[str] = (),
    max_attempts: int | None = None,
    delay_seconds: float | None = None,
    **payload: Any,
) -> JobSpec:
    return JobSpec(
        key=key,
        type=kind,
        name=f"{job.table_name}: {key}",
        payload={"job": str(job.pk), **payload},
        depends_on=tuple(Dependency(one, on_failure="ignore") for one in after),
        priority=CLASSES[Priority(job.priority)],
        max_attempts=max_attempts,
        delay_seconds=delay_seconds,
    )
