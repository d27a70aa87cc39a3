"""Comparing one range."""

import json
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now

from project.postgres import sql
from reconciliation import graph
from reconciliation.comparing.findings import Findings, TooManyRows
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.keys import to_json
from reconciliation.comparing.looking_up import look_up_both, look_up_either, look_up_source, look_up_target
from reconciliation.comparing.merging import merge
from reconciliation.comparing.methods import Method
from reconciliation.comparing.pace import Pace
from reconciliation.comparing.unequal import merge_unequal
from reconciliation.jobs import hanging, steps
from reconciliation.models import ReconciliationJob, ReconciliationRange
from reconciliation.services import rules
from reconciliation.sources.protocol import Bounds, ReadTimeout, Side
from reconciliation.states import Direction, RangeState, Strategy
from workers.handlers import Claim, Permanent, handler
from workers.services import add_jobs

WINDOW = timedelta(hours=1)  # of TIMESTAMP_RANGE, back from the job's begin
ATTEMPTS = 5
HALVINGS = 12  # of a planned range, 4,096 parts: what is too slow even then is no matter of size


@handler("reconciliation.compare", internal=True, max_attempts=ATTEMPTS, backoff_seconds=1.0)
def compare(claim: Claim) -> dict[str, Any]:
    """Read a range, keep the keys that differ. One that is too large is split and its halves are compared;
    what no halving makes small enough to hold is looked up instead."""
    job = steps.reading(claim)
    part = job.ranges.get(number=claim.payload["range"])
    if part.state != RangeState.PENDING:
        return {"state": part.state}
    hanging.stop_if_given_up(job)
    definition = steps.definition_of(job)
    judge, began = steps.judge_of(job, definition), time.monotonic()
    with steps.sides(definition) as (source, target):
        try:
            found = examine(job, part, source, target, judge, steps.pace_of(claim, job, definition))
        except (ReadTimeout, TooManyRows) as error:
            hanging.give_up_if_it_hangs(job, error)
            if halves := halves_of(claim, part, error, source, target):
                return split(claim, job, part, halves, error)
            if isinstance(error, ReadTimeout) and halvings_of(claim) >= HALVINGS:
                raise Permanent(str(error)) from error
            if isinstance(error, ReadTimeout):
                raise
            judge = steps.judge_of(job, definition)  # what the first reading hit is met again
            found = look_up_either(bounds_of(part), source, target, judge, steps.pace_of(claim, job, definition))
    return store(claim, job, part, found, judge, time.monotonic() - began)


def halvings_of(claim: Claim) -> int:
    """How many times the planned range was halved to give this one."""
    return int(claim.payload.get("halvings", 0))


def halves_of(
    claim: Claim, part: ReconciliationRange, error: Exception, source: Side, target: Side
) -> list[Bounds] | None:
    """None when it can't be halved, or was often enough."""
    if halvings_of(claim) >= HALVINGS:
        return None
    halves = side_to_halve(part, error, source, target).halve(bounds_of(part))
    return halves if len(halves) > 1 else None


def side_to_halve(part: ReconciliationRange, error: Exception, source: Side, target: Side) -> Side:
    """The one whose key space the range is of; of a shared one, the one that has too many rows."""
    of_target = isinstance(error, TooManyRows) and error.side == Direction.TARGET
    return target if of_target or part.direction == Direction.TARGET else source


def bounds_of(part: ReconciliationRange) -> Bounds:
    return Bounds(part.lower, part.upper)


def examine(
    job: ReconciliationJob, part: ReconciliationRange, source: Side, target: Side, judge: Judge, pace: Pace
) -> Findings:
    """What the job's method comes to for this range."""
    bounds = bounds_of(part)
    if job.method == Method.COUNTS:
        return count(part, source, target)
    if job.method == Method.SAMPLE:
        return draw(part, source, target, judge)
    since = None
    if job.validation_strategy == Strategy.TIMESTAMP_RANGE:
        assert job.started_at is not None
        since = job.started_at - WINDOW
    if part.direction == Direction.SOURCE:
        return look_up_target(pace.pages(source.read(bounds, since=since)), target, judge)
    if part.direction == Direction.TARGET:
        pages = pace.pages(target.read(bounds, since=since))
        return look_up_source(pages, source, judge, every=since is not None)
    if job.method == Method.RECORD_HASHES:
        return merge_unequal(bounds, source, target, judge, pace)
    if job.method == Method.TOKEN_RANGES:
        from reconciliation.comparing.aligned import merge_aligned  # with the driver, which takes a second to import

        return merge_aligned(bounds, source, target, judge, pace)
    return merge(pace.pages(source.read(bounds)), pace.watched(target.read(bounds)), judge)


def count(part: ReconciliationRange, source: Side, target: Side) -> Findings:
    found, bounds = Findings(), bounds_of(part)
    if part.direction != Direction.TARGET:
        found.source_rows = source.count(bounds)
    if part.direction != Direction.SOURCE:
        found.target_rows = target.count(bounds)
    return found


def draw(part: ReconciliationRange, source: Side, target: Side, judge: Judge) -> Findings:
    """Random keys of the source on both sides; those of the target only to see whether the source has them."""
    if part.direction == Direction.SOURCE:
        return look_up_both(source.sample(settings.RECONCILIATION_SAMPLE_SIZE), source, target, judge)
    keys = target.sample(settings.RECONCILIATION_SAMPLE_SIZE)
    known = source.fetch(keys)
    return Findings(compared=len(keys), keys=[key for key in keys if key not in known])


def state_of(found: Findings, excused: int = 0) -> RangeState:
    """`excused`: hits of ignore rules. What they make equal is no mismatch, and proves nothing either."""
    if found.keys or excused:
        return RangeState.DIFFERENT
    if found.source_rows is not None and found.target_rows is not None and found.source_rows != found.target_rows:
        return RangeState.DIFFERENT
    return RangeState.EQUAL


def store(
    claim: Claim, job: ReconciliationJob, part: ReconciliationRange, found: Findings, judge: Judge, seconds: float
) -> dict[str, Any]:
    """State, counts and candidates in one transaction: a range is compared once, however often it is tried."""
    counted = job.method == Method.COUNTS and part.direction != Direction.BOTH
    excused = judge.hits.total()
    state = RangeState.COUNTED if counted else state_of(found, excused)
    with steps.fenced(claim):
        ReconciliationRange.objects.filter(pk=part.pk).update(
            state=state,
            source_rows=found.source_rows,
            target_rows=found.target_rows,
            compared=found.compared,
            candidates=len(found.keys),
            differing=excused,  # so that it isn't EQUAL once its candidates are
            attempts=claim.attempt,
            seconds=seconds,
            finished_at=Now(),
        )
        keys = [json.dumps(to_json(key)) for key in found.keys]
        sql.execute(_CANDIDATES, [job.pk, part.number, keys])
        rules.count_hits(judge.hits)
    return {"state": state, "candidates": len(found.keys)}


def split(
    claim: Claim, job: ReconciliationJob, part: ReconciliationRange, halves: list[Bounds], error: Exception
) -> dict[str, Any]:
    """The halves take the range's place, each a job of its own."""
    with steps.fenced(claim):
        ReconciliationJob.objects.select_for_update(no_key=True).get(pk=job.pk)  # one split at a time gives numbers
        last = job.ranges.aggregate(last=Max("number"))["last"]
        numbers = range(last + 1, last + 1 + len(halves))
        ReconciliationRange.objects.filter(pk=part.pk).update(
            state=RangeState.SPLIT, error=str(error), attempts=claim.attempt, finished_at=Now()
        )
        ReconciliationRange.objects.bulk_create(
            [
                ReconciliationRange(
                    job=job, number=number, direction=part.direction, lower=half.lower, upper=half.upper
                )
                for number, half in zip(numbers, halves, strict=True)
            ]
        )
        add_jobs(claim=claim, jobs=list(graph.of_ranges(job, numbers, halvings=halvings_of(claim) + 1)))
    return {"state": RangeState.SPLIT, "into": list(numbers)}


_CANDIDATES = """
INSERT INTO candidate (job_id, range_number, key)
SELECT %s, %s, k::jsonb FROM unnest(%s::text[]) k
"""
