"""Schedules: what is due, what comes next, how the last run went, and who enqueues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet
from django.db.models.functions import Now

from project.api.errors import NotFound
from project.postgres import sql
from project.postgres.locks import LockSpace
from workers.models import Execution, Schedule
from workers.timetables import Timetable

NEXT_RUNS = 5


@dataclass(frozen=True, kw_only=True)
class ScheduleState:
    """A schedule with its next runs, the newest of its executions, and those that have not ended."""

    schedule: Schedule
    next_runs: list[datetime]
    last: Execution | None
    running: list[int]


def schedule_named(name: str) -> Schedule:
    """The schedule of this name. Raises a 404."""
    found = Schedule.objects.select_related("actor").filter(name=name).first()
    if found is None:
        raise NotFound(f'There is no schedule "{name}".', details={"schedule": name})
    return found


def schedule_page(*, after: str | None, limit: int) -> list[ScheduleState]:
    """Schedules by name, from the one after this name on."""
    found = Schedule.objects.select_related("actor").order_by("name")
    if after is not None:
        found = found.filter(name__gt=after)
    return schedule_states(list(found[:limit]))


def schedule_states(schedules: Sequence[Schedule]) -> list[ScheduleState]:
    """What to show of each; two queries for all of them."""
    ids = [schedule.pk for schedule in schedules]
    last = {execution.schedule_id: execution for execution in Execution.objects.raw(_LAST, [ids])}
    running: dict[int, list[int]] = {}
    for schedule_id, execution_id in _open_runs().filter(schedule__in=ids).values_list("schedule_id", "pk"):
        running.setdefault(schedule_id, []).append(execution_id)
    return [
        ScheduleState(
            schedule=schedule,
            next_runs=next_runs(schedule),
            last=last.get(schedule.pk),
            running=running.get(schedule.pk, []),
        )
        for schedule in schedules
    ]


def next_runs(schedule: Schedule) -> list[datetime]:
    """The next five moments; none of a schedule that is disabled or over."""
    first = schedule.next_run_at
    if first is None or not schedule.enabled:
        return []
    return [first, *islice(Timetable.of(schedule).after(first), NEXT_RUNS - 1)]


def running_of(schedule: Schedule) -> list[int]:
    """Its executions that have not ended, the oldest first."""
    return list(_open_runs().filter(schedule=schedule).values_list("pk", flat=True))


def due_schedules() -> list[int]:
    """Ids of what is due by the database's clock, the longest due first."""
    found = Schedule.objects.filter(enabled=True, next_run_at__lte=Now())
    return list(found.order_by("next_run_at").values_list("pk", flat=True))


def leader() -> str | None:
    """The application name of the session that enqueues what is due; None when nobody does."""
    found: str | None = sql.value(_LEADER, [int(LockSpace.SCHEDULE)])
    return found


def _open_runs() -> QuerySet[Execution]:
    return Execution.objects.filter(completed_at=None).order_by("pk")


_LAST = """
SELECT e.* FROM unnest(%s::bigint[]) s(id)
CROSS JOIN LATERAL (SELECT * FROM execution x WHERE x.schedule_id = s.id ORDER BY x.id DESC LIMIT 1) e
"""

_LEADER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = 0 AND l.objsubid = 2 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
