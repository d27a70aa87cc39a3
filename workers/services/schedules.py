"""What people do with schedules: make, change, remove them, run one now. Each is in the audit trail."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.contrib.auth.models import User
from django.db import transaction

from project.access import audit
from project.api.errors import Conflict, ErrorCode, Forbidden, NotFound
from project.postgres import sql
from workers.models import CatchUp, Execution, Overlap, Schedule
from workers.queries.schedules import running_of, schedule_named
from workers.services.firing import start, submit_run
from workers.services.standing import brings
from workers.timetables import Timetable


class Plan(TypedDict, total=False):
    """What a schedule says. It has either an interval or a cron line."""

    workflow: str
    jobs: list[dict[str, Any]]  # as the body of an execution has them
    parallelism: int | None
    interval_seconds: float | None
    cron: str | None
    time_zone: str
    overlap: Overlap
    catch_up: CatchUp
    enabled: bool
    starts_at: datetime
    ends_at: datetime | None


DEFAULTS = Plan(time_zone="UTC", overlap=Overlap.SKIP, catch_up=CatchUp.LATEST, enabled=True)
TIMING = ("interval_seconds", "cron", "time_zone", "enabled", "starts_at", "ends_at")
SHOWN = ("workflow", "parallelism", *TIMING, "overlap", "catch_up")


def create_schedule(*, name: str, actor: User | None = None, **plan: Unpack[Plan]) -> Schedule:
    """Makes a schedule; its first run is its first moment from now on.

    Raises `Conflict` for a name that is taken, and `InvalidRequest` for timing that can't be and for jobs that an
    execution would refuse.
    """
    with transaction.atomic():
        if Schedule.objects.filter(name=name).exists():
            raise Conflict(f'There is a schedule "{name}" already. Change that one.', details={"schedule": name})
        now = _now()
        schedule = Schedule(name=name, actor=actor, **{**DEFAULTS, "starts_at": now, **plan})
        _set_next(schedule, now)
        _check_jobs(schedule)
        schedule.save()
        audit.record(operation="schedule.create", target=name, after=_document(schedule), actor=actor)
    return schedule_named(name)


def change_schedule(*, name: str, actor: User | None = None, **plan: Unpack[Plan]) -> Schedule:
    """Changes what is given; a cron line takes the place of an interval, and the other way round.

    With other timing, and when it is enabled, the next run is the first moment from now on. Raises `NotFound`, and what
    `create_schedule` raises.
    """
    with transaction.atomic():
        schedule = _locked(name)
        before, timing = _document(schedule), _timing(schedule)
        if plan.get("cron") is not None:
            schedule.interval_seconds = None
        if plan.get("interval_seconds") is not None:
            schedule.cron = None
        for field, value in plan.items():
            setattr(schedule, field, value)
        if _timing(schedule) != timing:
            _set_next(schedule, _now())
        if "jobs" in plan or "parallelism" in plan:
            _check_jobs(schedule)
        schedule.save()
        audit.record(operation="schedule.change", target=name, before=before, after=_document(schedule), actor=actor)
    return schedule


def delete_schedule(*, name: str, actor: User | None = None) -> None:
    """Removes a schedule; its executions stay, and one that runs goes on. Raises `NotFound`, and `Forbidden` for one
    that comes with the product: it would be made again."""
    with transaction.atomic():
        schedule = _locked(name)
        if brings(schedule):
            raise Forbidden(f'Schedule "{name}" comes with the product. Disable it instead.')
        audit.record(operation="schedule.delete", target=name, before=_document(schedule), actor=actor)
        schedule.delete()


def run_schedule(*, name: str, actor: User | None = None) -> Execution:
    """Makes a run now, besides those of the timetable, also of a schedule that is disabled.

    The overlap rule holds. Raises `NotFound`, and `Conflict` for `skip` while a run goes on.
    """
    with transaction.atomic():
        schedule = _locked(name)
        running = running_of(schedule)
        if running and schedule.overlap == Overlap.SKIP:
            raise Conflict(
                f"Its execution exec-{running[-1]} has not ended. Wait for it, cancel it, or allow overlap.",
                code=ErrorCode.EXECUTION_NOT_ENDED,
                details={"executions": [f"exec-{one}" for one in running]},
            )
        execution = start(schedule, running, moment=None, actor=actor)
        details = {"execution": f"exec-{execution.pk}"}
        audit.record(operation="schedule.run", target=name, details=details, actor=actor)
    return execution


def _locked(name: str) -> Schedule:
    found = Schedule.objects.select_for_update(of=("self",)).select_related("actor").filter(name=name).first()
    if found is None:
        raise NotFound(f'There is no schedule "{name}".', details={"schedule": name})
    return found


def _now() -> datetime:
    now: datetime = sql.value("SELECT now()")
    return now


def _set_next(schedule: Schedule, now: datetime) -> None:
    timetable = Timetable.of(schedule)
    timetable.check()
    schedule.next_run_at = timetable.next(now) if schedule.enabled else None


def _check_jobs(schedule: Schedule) -> None:
    """Refuses what would be refused at night: submits the jobs and takes that back."""
    with transaction.atomic():
        submit_run(schedule, actor=None)
        transaction.set_rollback(True)


def _timing(schedule: Schedule) -> list[Any]:
    return [getattr(schedule, field) for field in TIMING]


def _document(schedule: Schedule) -> dict[str, Any]:
    """For the audit trail."""
    return {field: getattr(schedule, field) for field in SHOWN} | {"jobs": len(schedule.jobs)}
