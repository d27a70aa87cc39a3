"""What clients send about schedules."""

from datetime import UTC, datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from workers.documents.jobs import Jobs
from workers.documents.shapes import Count, Given, Moment, Name
from workers.models import CatchUp, Overlap
from workers.services.schedules import Plan
from workers.timetables import LONGEST, SHORTEST

Interval = Annotated[
    float, Field(ge=SHORTEST, le=LONGEST, description="This, or `cron`: seconds from one run to the next")
]
CronLine = Annotated[
    str,
    Field(
        max_length=200,
        description="This, or `intervalSeconds`: minute, hour, day of month, month, day of week",
        examples=["0 6 * * MON-FRI"],
    ),
]
ZoneName = Annotated[str, Field(max_length=100, description="Whose wall clock `cron` means", examples=["Asia/Jakarta"])]
OverlapRule = Annotated[
    Literal["skip", "allow", "cancel"],
    Field(description="When a run is due and the one before goes on: leave it out, start it beside, cancel the older"),
]
CatchUpRule = Annotated[
    Literal["none", "latest", "all"],
    Field(description="Of runs that were missed: make none, the newest, or all (at most the newest 100)"),
]


class Timing(Given):
    """When and how a schedule runs."""

    parallelism: Count | None = Field(None, description="How many jobs of a run may be active at once")
    interval_seconds: Interval | None = None
    cron: CronLine | None = None
    time_zone: ZoneName = "UTC"
    overlap: OverlapRule = "skip"
    catch_up: CatchUpRule = "latest"
    enabled: bool = True
    starts_at: Moment = Field(default_factory=lambda: datetime.now(UTC), description="Intervals count from it; now")
    ends_at: Moment | None = Field(None, description="No run after it")


class ChangeSchedule(Timing):
    """What is to be otherwise; what is left out stays. A cron line takes the place of an interval, and back."""

    workflow_id: Name = Field(default_factory=str, description="What the executions are runs of")
    jobs: Jobs = Field(default_factory=list)

    def plan(self) -> Plan:
        """What was given."""
        given = cast("Plan", self.model_dump(exclude={"name", "workflow_id", "jobs"}, exclude_unset=True))
        if "overlap" in given:
            given["overlap"] = Overlap(self.overlap)
        if "catch_up" in given:
            given["catch_up"] = CatchUp(self.catch_up)
        if "workflow_id" in self.model_fields_set:
            given["workflow"] = self.workflow_id
        if "jobs" in self.model_fields_set:
            given["jobs"] = [job.model_dump(mode="json", by_alias=True, exclude_unset=True) for job in self.jobs]
        return given


class ScheduleRequest(ChangeSchedule):
    """A schedule to make: jobs, and either an interval or a cron line."""

    name: Name
    workflow_id: Name = Field(description="What the executions are runs of", examples=["nightly-load"])
    jobs: Jobs


class RunRequest(Given):
    """Nothing: the jobs are known."""
