"""What keeps all jobs of a lane from being claimed: its queue, or that nobody can run them."""

from collections.abc import Iterator, Sequence
from typing import Any

from project.postgres import sql
from workers.queries.explain.reasons import Reason, ReasonKind, moment, named
from workers.requirements import written

Lane = dict[str, Any]
IDLE = "Priority idle: only while no other job waits that the same workers could take"


def lanes(ids: Sequence[int]) -> dict[int, Lane]:
    """What workers.explain_lanes says of each."""
    return {lane["id"]: lane for lane in sql.routine("workers.explain_lanes", list(ids))}


def standing(lane: Lane, jobs: int = 1) -> Iterator[Reason]:
    """Obstacles whether the jobs are due or not."""
    if lane["paused_at"] is not None:
        yield _paused(lane, jobs)
    if not lane["capable"]:
        yield _nobody(lane, jobs)


def limits(lane: Lane, jobs: int = 1) -> Iterator[Reason]:
    """Limits of the queue that are used up at this moment."""
    if lane["concurrency"] is not None and lane["active"] >= lane["concurrency"]:
        yield Reason(
            kind=ReasonKind.CONCURRENCY_LIMIT,
            text=f'Queue "{lane["queue"]}" lets {lane["concurrency"]} jobs run at once, and so many do.',
            jobs=jobs,
            details={"queue": lane["queue"], "concurrency": lane["concurrency"], "active": lane["active"]},
        )
    if lane["rate_until"] is not None:
        per = f"{lane['rate_limit']} jobs in {lane['rate_seconds']:g} s"
        yield Reason(
            kind=ReasonKind.RATE_LIMIT,
            text=f'Queue "{lane["queue"]}" lets {per} start; the next may at {moment(lane["rate_until"])}.',
            jobs=jobs,
            details={"queue": lane["queue"], "rateLimit": lane["rate_limit"], "until": lane["rate_until"]},
        )


def _paused(lane: Lane, jobs: int) -> Reason:
    what = "All queues are" if lane["paused_all"] else f'Queue "{lane["queue"]}" is'
    until = f"until {moment(lane['paused_until'])}" if lane["paused_until"] else "until it is resumed"
    return Reason(
        kind=ReasonKind.PAUSED,
        text=f"{what} paused by {lane['paused_by']} since {moment(lane['paused_at'])}, {until}: {lane['pause_reason']}",
        jobs=jobs,
        details={
            "queue": None if lane["paused_all"] else lane["queue"],
            "by": lane["paused_by"],
            "reason": lane["pause_reason"],
            "since": lane["paused_at"],
            "until": lane["paused_until"],
        },
    )


def _nobody(lane: Lane, jobs: int) -> Reason:
    requires = written(lane["labels"], lane["comparisons"])
    details = {
        "queue": lane["queue"],
        "type": lane["type"],
        "requires": requires,
        "nearestWorker": lane["nearest"],
        "lacks": lane["lacks"] or [],
    }
    return Reason(kind=ReasonKind.NO_CAPABLE_WORKER, text=_lack(lane, requires), jobs=jobs, details=details)


def _lack(lane: Lane, requires: list[str]) -> str:
    if lane["nearest"] is None:
        return "No worker is alive. Start one: manage.py run_workers."
    if not lane["serves"]:
        return f'No live worker serves queue "{lane["queue"]}". Start one with --queues {lane["queue"]}.'
    if not lane["handles"]:
        return f'No live worker of queue "{lane["queue"]}" has a handler for type "{lane["type"]}".'
    return (
        f'No live worker for type "{lane["type"]}" of queue "{lane["queue"]}" has all that is required, '
        f'{named(requires)}. The nearest, "{lane["nearest"]}", lacks {named(lane["lacks"])}.'
    )
