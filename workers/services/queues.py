"""Writes of queues: pause and resume them, make them, set their limits. Each is in the audit trail."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from project.access import audit
from project.api.errors import Conflict, InvalidRequest, NotFound
from project.postgres import sql
from workers.models import Queue

ALL_QUEUES = "*"  # in the audit trail


class Limits(TypedDict, total=False):
    """None is no limit. A rate is `rate_limit` jobs in each window of `rate_seconds`."""

    concurrency: int | None
    rate_limit: int | None
    rate_seconds: float | None
    horizon_seconds: float


def pause(
    *, queue: str | None = None, reason: str = "", until: datetime | None = None, actor: User | None = None
) -> datetime:
    """Lets nothing be claimed from a queue, or from any, until it is resumed or `until`. Returns since when.

    What runs already goes on. Pausing again changes reason and end. Raises `NotFound`, and a 400 for a past `until`.
    """
    if until is not None and until <= timezone.now():
        raise InvalidRequest.field("until", "This moment has passed.")
    with transaction.atomic():
        entry = audit.record(
            operation="queue.pause",
            target=queue or ALL_QUEUES,
            after={"reason": reason, "until": until},
            actor=actor,
        )
        since: datetime = sql.routine_value("workers.pause_queue", queue, entry.actor_name, reason, until)
    return since


def resume(*, queue: str | None = None, actor: User | None = None) -> bool:
    """Ends the pause of a queue, or that of all queues. Returns whether there was one. Raises `NotFound`.

    The pause of all queues and that of one are two things: a queue goes on when neither holds.
    """
    with transaction.atomic():
        audit.record(operation="queue.resume", target=queue or ALL_QUEUES, actor=actor)
        return bool(sql.routine_value("workers.resume_queue", queue))


def create_queue(*, name: str, actor: User | None = None, **limits: Unpack[Limits]) -> None:
    """Makes a queue before its first job does. Raises `Conflict` for one that exists, and as `change_queue`."""
    with transaction.atomic():
        queue, made = Queue.objects.get_or_create(name=name)
        if not made:
            raise Conflict(f'There is a queue "{name}" already. Change that one.', details={"queue": name})
        queue.refresh_from_db()
        _set_limits(queue, limits)
        audit.record(operation="queue.create", target=name, after=_limits(queue), actor=actor)


def change_queue(*, name: str, actor: User | None = None, **limits: Unpack[Limits]) -> None:
    """Sets the limits that are given; they hold for what is claimed from now on.

    Raises `NotFound`, and a 400 for a rate limit without its window or a window without a limit.
    """
    with transaction.atomic():
        queue = Queue.objects.select_for_update(no_key=True).filter(name=name).first()
        if queue is None:
            raise NotFound(f'There is no queue "{name}".', details={"queue": name})
        before = _limits(queue)
        _set_limits(queue, limits)
        audit.record(operation="queue.change", target=name, before=before, after=_limits(queue), actor=actor)
        sql.value("SELECT pg_notify('workers', %s)", [name])


def drain(*, name: str, reason: str, actor: User | None = None) -> int:
    """Cancels the jobs of a queue that wait or are delayed, and returns how many; active ones go on.

    Jobs that a worker is claiming or giving back at this moment are left. Raises `NotFound`.
    """
    with transaction.atomic():
        count = int(sql.routine_value("workers.drain_queue", name, reason))
        details = {"reason": reason, "cancelled": count}
        audit.record(operation="queue.drain", target=name, details=details, actor=actor)
    return count


def _set_limits(queue: Queue, limits: Limits) -> None:
    for name, value in limits.items():
        setattr(queue, name, value)
    if "horizon_seconds" in limits:
        queue.horizon = timedelta(seconds=limits["horizon_seconds"])
    if "rate_limit" in limits and queue.rate_limit is None:
        queue.rate_seconds = None
    if (queue.rate_limit is None) != (queue.rate_seconds is None):
        raise InvalidRequest.field(
            "rateLimit" if queue.rate_limit is None else "rateSeconds",
            "A rate is a number of jobs in a window: give both, or null as the limit to lift it.",
        )
    queue.save(update_fields=["concurrency", "rate_limit", "rate_seconds", "horizon"])


def _limits(queue: Queue) -> Limits:
    return {
        "concurrency": queue.concurrency,
        "rate_limit": queue.rate_limit,
        "rate_seconds": queue.rate_seconds,
        "horizon_seconds": queue.horizon.total_seconds(),
    }
