"""What clients get about schedules."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from workers.api.execution_bodies import ExecutionId, Status
from workers.api.schedule_requests import CatchUpRule, OverlapRule
from workers.api.shapes import Shown, Success
from workers.models import Execution
from workers.queries.schedules import ScheduleState
from workers.services.operations import name as execution_name
from workers.timetables import Timetable


class LastRun(Shown):
    """The newest execution of a schedule."""

    execution_id: ExecutionId
    status: Status
    scheduled_for: datetime | None = Field(description="Null for one that was started by hand")
    started_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, execution: Execution) -> Self:
        return cls.model_validate(
            {**vars(execution), "execution_id": execution_name(execution.pk), "started_at": execution.created_at}
        )


class Schedule(Shown):
    """A schedule, and how it goes."""

    name: str
    workflow_id: str
    job_count: int
    parallelism: int | None
    interval_seconds: float | None
    cron: str | None
    time_zone: str
    timing: str = Field(description="In words", examples=["At 06:00 on Monday through Friday, Asia/Jakarta"])
    overlap: OverlapRule
    catch_up: CatchUpRule
    enabled: bool
    starts_at: datetime
    ends_at: datetime | None
    next_runs: list[datetime] = Field(description="Up to five")
    last_run: LastRun | None
    running: list[ExecutionId] = Field(description="Its executions that have not ended")
    skipped: int = Field(description="Runs left out by the overlap or the catch-up rule")
    last_error: str | None = Field(description="Why the last run was refused")
    created_at: datetime
    created_by: str | None

    @classmethod
    def of(cls, state: ScheduleState) -> Self:
        return cls.model_validate(_fields(state))


class ScheduleWithJobs(Schedule):
    """A schedule with its jobs as they were given."""

    jobs: list[dict[str, Any]]


class OneSchedule(Success):
    """A schedule."""

    schedule: ScheduleWithJobs


class SchedulePage(Success):
    """Schedules by name."""

    schedules: list[Schedule]
    next: str | None = Field(description="`cursor` of the next page; null on the last")


class Deleted(Success):
    """That it is gone."""

    name: str
    message: str


def _fields(state: ScheduleState) -> dict[str, Any]:
    schedule = state.schedule
    return {
        **vars(schedule),
        "workflow_id": schedule.workflow,
        "job_count": len(schedule.jobs),
        "timing": Timetable.of(schedule).describe(),
        "next_runs": state.next_runs,
        "last_run": LastRun.of(state.last) if state.last else None,
        "running": [execution_name(one) for one in state.running],
        "created_by": schedule.actor.get_username() if schedule.actor else None,
    }
