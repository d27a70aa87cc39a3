"""Schedules for tests, and time that passes at will."""

from datetime import datetime, timedelta
from typing import Any

from project.postgres import sql
from workers.models import Execution, Schedule
from workers.services.schedules import create_schedule

JOBS: list[dict[str, Any]] = [
    {"id": "a", "type": "noop", "config": {}},
    {"id": "b", "type": "noop", "dependsOn": ["a"]},
]


def made(name: str = "nightly", **plan: Any) -> Schedule:
    """A schedule whose first run is due in an hour, unless the plan says otherwise."""
    timing = {} if "cron" in plan else {"interval_seconds": 600.0}
    start = {"starts_at": now() + timedelta(hours=1)}
    return create_schedule(name=name, **{"workflow": "test", "jobs": JOBS, **timing, **start, **plan})


def now() -> datetime:
    return sql.value("SELECT now()")


def pass_time(schedule: Schedule, seconds: float) -> None:
    """As if its first run had been due so long ago, and nobody had looked since."""
    first = now() - timedelta(seconds=seconds)
    Schedule.objects.filter(pk=schedule.pk).update(starts_at=first, next_run_at=first)
    schedule.refresh_from_db()


def runs(schedule: Schedule) -> list[datetime | None]:
    """The moments that executions were made for, oldest first."""
    return list(Execution.objects.filter(schedule=schedule).order_by("pk").values_list("scheduled_for", flat=True))
