"""Which jobs a close consists of and what waits for what.

Planned first, because only the plan knows the ranges: `plan` adds the rest to its own execution. The ranges of one leaf
are posted one after another (a leaf fills in entry order), leaves in parallel; a leaf is keyed and read back while
others load. `settle` comes last whatever happened, and turns a job that failed for good into a FAILED batch.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from workers.services import Dependency, JobSpec

from .models import MonthEndBatch, MonthEndLeaf, MonthEndRange

PLAN = "plan"
SETTLE_PLAN = "settle-plan"
SETTLE = "settle"


def planning(batch: MonthEndBatch) -> list[JobSpec]:
    """The jobs an execution starts with when there is no plan yet."""
    return [
        JobSpec(key=PLAN, type="month_end.plan", payload={"batch": batch.pk}),
        _settle(SETTLE_PLAN, batch, [PLAN]),
    ]


def closing(batch: MonthEndBatch) -> list[JobSpec]:
    """The jobs from the plan, or from the checkpoints of a failed batch, to the end."""
    jobs = [*_leaves(batch)]
    proved = [job.key for job in jobs if job.type == "month_end.prove_leaf"]
    jobs.append(_job("validate", "month_end.validate", batch, after=proved))
    jobs.append(_job("commit", "month_end.commit", batch, after=["validate"]))
    jobs.append(_job("report", "month_end.report", batch, after=["commit"]))
    return [*jobs, _settle(SETTLE, batch, [job.key for job in jobs])]


def aborting(batch: MonthEndBatch) -> list[JobSpec]:
    """The one job that ends an abort; it waits for nothing and is tried until it succeeds."""
    return [
        JobSpec(key="abort", type="month_end.abort", payload={"batch": batch.pk}, max_attempts=100, backoff_seconds=0.5)
    ]


def _leaves(batch: MonthEndBatch) -> Iterator[JobSpec]:
    leaves = {leaf.number: leaf for leaf in batch.leaves.all()}
    ranges = batch.ranges.order_by("leaf_number", "number")
    for number, of_leaf in groupby(ranges, key=lambda posted: posted.leaf_number):
        yield from _leaf(batch, leaves[number], of_leaf)


def _leaf(batch: MonthEndBatch, leaf: MonthEndLeaf, ranges: Iterable[MonthEndRange]) -> Iterator[JobSpec]:
    previous: list[str] = []
    for posted in ranges:
        if posted.next_block <= posted.last_block:
            key = f"post-{posted.number}"
            yield _job(key, "month_end.post", batch, after=previous, range=posted.number)
            previous = [key]
    yield _job(f"key-{leaf.number}", "month_end.key", batch, after=previous, leaf=leaf.number)
    yield _job(f"prove-{leaf.number}", "month_end.prove_leaf", batch, after=[f"key-{leaf.number}"], leaf=leaf.number)


def _job(key: str, kind: str, batch: MonthEndBatch, *, after: list[str], **payload: int) -> JobSpec:
    return JobSpec(key=key, type=kind, payload={"batch": batch.pk, **payload}, depends_on=tuple(after))


def _settle(key: str, batch: MonthEndBatch, after: list[str]) -> JobSpec:
    waits = tuple(Dependency(job, on_failure="ignore") for job in after)
    return JobSpec(key=key, type="month_end.settle", payload={"batch": batch.pk}, depends_on=waits, max_attempts=100)
