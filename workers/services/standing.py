"""Making the schedules that come with the product."""

from datetime import timedelta

from django.db import transaction

from project.postgres import sql
from workers.models import Schedule
from workers.standing import Standing, declared


def ensure() -> None:
    """Makes those that are missing; their first run is an interval from now. Others stay as people left them."""
    with transaction.atomic():
        present = set(Schedule.objects.filter(name__in=declared()).values_list("name", flat=True))
        missing = [_made(one) for name, one in sorted(declared().items()) if name not in present]
        Schedule.objects.bulk_create(missing, ignore_conflicts=True)


def brings(schedule: Schedule) -> bool:
    """Whether the product brings this schedule, with these jobs."""
    known = declared().get(schedule.name)
    return known is not None and schedule.jobs == list(known.jobs)


def _made(one: Standing) -> Schedule:
    first = sql.value("SELECT now()") + timedelta(seconds=one.interval_seconds)
    return Schedule(
        name=one.name,
        workflow=one.workflow,
        jobs=list(one.jobs),
        interval_seconds=one.interval_seconds,
        time_zone="UTC",
        starts_at=first,
        enabled=True,
        next_run_at=first,
    )
