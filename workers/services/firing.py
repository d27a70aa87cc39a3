"""Enqueues what is due. Any number of processes may do so at once: a schedule's row decides who makes a run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.contrib.auth.models import User
from django.db import Error, InterfaceError, ProgrammingError, transaction
from django.db.models.functions import Now

from project.api.errors import ApiError
from project.postgres import sql
from project.postgres.errors import LOCK_TIMEOUT, database_error, passes, sqlstate
from workers.models import CatchUp, Execution, Overlap, Schedule
from workers.queries.schedules import due_schedules, running_of
from workers.schedules import CATCH_UP_LIMIT, Step, next_step
from workers.services import standing
from workers.services.executions import cancel, submit
from workers.services.internal import refuse_types
from workers.services.schedule_jobs import job_specs
from workers.timetables import Timetable

log = structlog.get_logger("workers")

# a cancel waits for a chunk that runs under the claim; the other schedules must not wait with it
WAIT_A_SECOND = "SET LOCAL lock_timeout = '1s'"
# SQLSTATEs, or their classes, that befall one transaction of a server that is well otherwise
OF_ONE_TRANSACTION = ("25P03", "25P04", "40", LOCK_TIMEOUT, "57014")


@dataclass(frozen=True, kw_only=True)
class Fired:
    """What became of a schedule that was due."""

    schedule: str
    execution_id: int | None
    left_out: int
    error: str | None


def fire_due() -> list[Fired]:
    """Makes every run that is due, round after round.

    There are as many rounds at most as runs of an absence are made up for: the interval of a schedule may be shorter
    than its submission takes.
    """
    fired: list[Fired] = []
    for _ in range(CATCH_UP_LIMIT):
        made = fire_round()
        if not made:
            break
        fired += made
    return fired


def fire_round(asked_to_stop: Callable[[], bool] = lambda: False) -> list[Fired]:
    """One step of each schedule that is due by the database's clock, the longest due first.

    One that fails, or has many runs to make, keeps no other from its turn. `asked_to_stop` is looked at before each.
    """
    fired = []
    for schedule_id in due_schedules():
        if asked_to_stop():
            break
        if (one := _guarded(schedule_id)) is not None:
            fired.append(one)
    return fired


def start(schedule: Schedule, running: list[int], *, moment: datetime | None, actor: User | None) -> Execution:
    """Submits a run, for a moment of its timetable or, with None, because someone wants it now.

    `running` are its executions that have not ended; the overlap rule may cancel them. Needs the schedule's row locked.
    Raises what `submit` raises.
    """
    if schedule.overlap == Overlap.CANCEL:
        for execution_id in running:
            cancel(execution_id=execution_id, reason=f'The next run of schedule "{schedule.name}" begins.')
    execution = submit_run(schedule, actor=actor)
    execution.schedule, execution.scheduled_for = schedule, moment
    execution.save(update_fields=["schedule", "scheduled_for"])
    return execution


def submit_run(schedule: Schedule, *, actor: User | None) -> Execution:
    """An execution of the schedule's jobs. Raises what `submit` raises, and a 400 for types of the product's own,
    but in a schedule that the product brings."""
    jobs = job_specs(schedule.jobs)
    if not standing.brings(schedule):
        refuse_types(jobs)
    return submit(workflow=schedule.workflow, jobs=jobs, parallelism=schedule.parallelism, actor=actor)


def fire(schedule_id: int) -> Fired | None:
    """One step of one schedule, in one transaction; None when nothing is due any more or its run before goes on."""
    with transaction.atomic():
        sql.execute(WAIT_A_SECOND)
        due = Schedule.objects.filter(pk=schedule_id, enabled=True, next_run_at__lte=Now())
        schedule = due.select_for_update(skip_locked=True, of=("self",)).select_related("actor").first()
        if schedule is None:
            return None
        running = running_of(schedule)
        step = _next_step(schedule, busy=bool(running))
        if step.run_for is None and step.next_at == schedule.next_run_at:
            return None
        return _take(schedule, step, running)


def _next_step(schedule: Schedule, *, busy: bool) -> Step:
    assert schedule.next_run_at is not None
    return next_step(
        Timetable.of(schedule),
        due=schedule.next_run_at,
        now=sql.value("SELECT now()"),
        catch_up=CatchUp(schedule.catch_up),
        overlap=Overlap(schedule.overlap),
        busy=busy,
    )


def _take(schedule: Schedule, step: Step, running: list[int]) -> Fired:
    execution_id = None
    if step.run_for is not None and not schedule.executions.filter(scheduled_for=step.run_for).exists():
        execution_id = _start(schedule, running, step.run_for)
    schedule.next_run_at = step.next_at
    schedule.skipped += step.left_out
    schedule.save(update_fields=["next_run_at", "skipped", "last_run_at", "last_error"])
    fired = Fired(schedule=schedule.name, execution_id=execution_id, left_out=step.left_out, error=schedule.last_error)
    log.info("schedule was due", schedule=schedule.name, execution=execution_id, left_out=step.left_out)
    return fired


def _start(schedule: Schedule, running: list[int], moment: datetime) -> int | None:
    """The run's execution. What is wrong with its jobs is noted; the next run may be better."""
    try:
        with transaction.atomic():
            execution = start(schedule, running, moment=moment, actor=schedule.actor)
    except Exception as error:
        if _passes(error) or isinstance(error, ProgrammingError):  # that is a database of another version than this
            raise
        log.exception("a run of a schedule was refused", schedule=schedule.name)
        schedule.last_error = _reason(error)
        return None
    schedule.last_run_at, schedule.last_error = sql.value("SELECT now()"), None
    return int(execution.pk)


def _guarded(schedule_id: int) -> Fired | None:
    try:
        return fire(schedule_id)
    except Exception as error:
        if sqlstate(error).startswith(OF_ONE_TRANSACTION):
            log.warning("schedule is looked at again", schedule=schedule_id, error=_reason(error))
        elif _passes(error):
            raise
        elif isinstance(error, Error) or database_error(error) is not None:
            _note(schedule_id, error)
        else:  # as with a time zone that is gone: nothing comes of it before somebody changes it
            log.exception("a schedule can't be read", schedule=schedule_id)
            Schedule.objects.filter(pk=schedule_id).update(next_run_at=None, last_error=_reason(error))
        return None


def _passes(error: Exception) -> bool:
    """Whether it is the server, or a connection that is gone, rather than the schedule."""
    return passes(error) or isinstance(error, InterfaceError)


def _note(schedule_id: int, error: Exception) -> None:
    """The schedule stays due, and is tried again several times a second: the log says so once."""
    reason = _reason(error)
    if Schedule.objects.filter(pk=schedule_id).exclude(last_error=reason).update(last_error=reason):
        message = "a schedule is tried again until the database takes its run"
        log.error(message, schedule=schedule_id, exc_info=error)


def _reason(error: Exception) -> str:
    """For people who see the schedule; the server's own text is not for them."""
    state = sqlstate(error)
    if state and not isinstance(error, ApiError):
        return f"The database refuses it (SQLSTATE {state}); the log of the workers says why."
    return str(error) or type(error).__name__
