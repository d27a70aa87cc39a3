"""Opening both sides, and cutting them into ranges."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.db.models.functions import Now

from reconciliation import graph
from reconciliation.comparing.methods import IN_MEMORY, ROWS_PER_SECOND, Method, method_of, share_ranges
from reconciliation.comparing.pace import rows_of_range
from reconciliation.definition import Definition
from reconciliation.jobs import steps
from reconciliation.models import ReconciliationJob, ReconciliationRange
from reconciliation.queries.rates import rows_per_second
from reconciliation.sources.postgres.side import PostgresSide
from reconciliation.sources.protocol import Bounds, Side, SourceError
from reconciliation.states import Direction, JobStatus, Strategy
from workers.handlers import Claim, handler
from workers.queries import has_job
from workers.services import add_jobs

log = structlog.get_logger("reconciliation")

Cut = tuple[Direction, Bounds]
BY_TOKEN = frozenset({Method.TOKEN_RANGES, Method.COUNTS})


@handler("reconciliation.plan", internal=True, max_attempts=5, backoff_seconds=1.0)
def plan(claim: Claim) -> dict[str, Any]:
    """Cut both sides into ranges and add their jobs. Safe to repeat at any point."""
    job = steps.reading(claim)
    if job.status != JobStatus.RUNNING or has_job(claim.execution_id, graph.SETTLE):
        return {}
    begin(claim, job)
    definition = steps.definition_of(job)
    with steps.sides(definition) as (source, target):
        for side in (source, target):
            if isinstance(side, PostgresSide):  # the key of a table of Cassandra stays as it was made
                side.require_key()
        method = method_of(definition, Strategy(job.validation_strategy), source, target)
        shared = method != Method.LOOK_UPS and share_ranges(definition)
        if method in BY_TOKEN and definition.token_column and not fill_tokens(definition):
            shared = method != Method.COUNTS  # a row without token would count in a range that isn't its own
        rate = rows_per_second(job.mapping_id, method, default=ROWS_PER_SECOND[method])
        size = rows_of_range(definition, rate, source.shape().rows, in_memory=method in IN_MEMORY)
        cuts = list(cut(method, source, target, size, shared=shared))
    store(claim, job, method, cuts)
    return {"method": method, "ranges": len(cuts)}


def begin(claim: Claim, job: ReconciliationJob) -> None:
    """What was written from now on is not for this job to judge."""
    if job.started_at is None:
        with steps.fenced(claim):
            ReconciliationJob.objects.filter(pk=job.pk, started_at=None).update(started_at=Now())


def fill_tokens(definition: Definition) -> bool:
    """Rows that came without a token are given one; False when the target refuses. They are compared in any case, only
    not where they belong at once: so a role that may not write is no reason to stop."""
    from reconciliation.services import tokens  # its driver takes a second to import

    try:
        tokens.fill_tokens(definition)
    except SourceError as refusal:
        log.warning("tokens of the target were not filled", table=definition.name, error=str(refusal))
        return False
    return True


def cut(method: Method, source: Side, target: Side, size: int, *, shared: bool) -> Iterator[Cut]:
    """Ranges that together are everything, of both sides where they have none in common."""
    if method == Method.SAMPLE:
        yield Direction.SOURCE, Bounds()
        yield Direction.TARGET, Bounds()
    elif shared:
        yield from ((Direction.BOTH, bounds) for bounds in source.split(size))
    else:
        yield from ((Direction.SOURCE, bounds) for bounds in source.split(size))
        yield from ((Direction.TARGET, bounds) for bounds in target.split(size))


def store(claim: Claim, job: ReconciliationJob, method: Method, cuts: list[Cut]) -> None:
    with steps.fenced(claim):
        ReconciliationJob.objects.filter(pk=job.pk).update(method=method)
        ReconciliationRange.objects.bulk_create(
            [
                ReconciliationRange(job=job, number=number, direction=direction, lower=bounds.lower, upper=bounds.upper)
                for number, (direction, bounds) in enumerate(cuts)
            ],
            batch_size=1000,
        )
        add_jobs(claim=claim, jobs=graph.comparing(job, range(len(cuts))))
