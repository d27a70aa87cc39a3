"""Bodies of the queues."""

from datetime import datetime
from typing import Annotated, Any, Self, cast

from pydantic import ConfigDict, Field
from rest_framework import serializers

from project.api.serializers import StrictSerializer
from workers.api.shapes import Shown, Success
from workers.documents.shapes import Count, Given, Moment, Name, Reason
from workers.queries import queue_states
from workers.services.queues import Limits

A_YEAR = 365 * 86_400
A_FORTNIGHT = 14 * 1440

QueueName = Annotated[Name, Field(examples=["default"])]


class StatsForm(StrictSerializer):
    """Which queue."""

    queue = serializers.CharField(required=False, max_length=200, help_text="One queue; all when left out")


class ThroughputForm(StrictSerializer):
    """How far back."""

    minutes = serializers.IntegerField(
        min_value=1, max_value=A_FORTNIGHT, default=60, help_text="Up to a fortnight, the present minute included"
    )


class PauseRequest(Given):
    """Which queue to pause, and what those who wonder should read."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"queue": "default", "reason": "Month-end.", "until": "2999-02-01T06:00:00Z"}]}
    )
    queue: QueueName | None = Field(None, description="All queues when left out")
    reason: Reason = ""
    until: Moment | None = Field(None, description="Goes on by itself then; without it somebody has to resume")


class ResumeRequest(Given):
    """Which queue goes on."""

    queue: QueueName | None = Field(None, description="Ends the pause of all queues when left out")


class DrainRequest(Given):
    """Why the waiting jobs are dropped."""

    reason: Reason = ""


class LimitsRequest(Given):
    """Limits of a queue, kept by all its workers together. What is left out stays; null lifts a limit."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"concurrency": 2, "rateLimit": 100, "rateSeconds": 60}]})
    concurrency: Count | None = Field(None, description="Jobs that may be active at once")
    rate_limit: Count | None = Field(None, description="Jobs that may start in a window of rateSeconds")
    rate_seconds: Annotated[float, Field(gt=0, le=A_YEAR)] | None = Field(
        None, description="Length of a window, which begins with its first job"
    )
    horizon_seconds: Annotated[float, Field(ge=0, le=A_YEAR)] = Field(
        600.0, description="How far apart the weights 0 and 1 stand, as waiting time"
    )

    def limits(self) -> Limits:
        """Those that were given."""
        return cast("Limits", self.model_dump(include=set(LimitsRequest.model_fields), exclude_unset=True))


class QueueRequest(LimitsRequest):
    """A queue to make."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "reports", "concurrency": 2}]})
    name: QueueName


class QueuePause(Shown):
    """Why nothing of the queue is claimed."""

    all_queues: bool = Field(description="The pause is of all queues")
    by: str
    reason: str
    since: datetime
    until: datetime | None

    @classmethod
    def of(cls, pause: queue_states.Pause | None) -> Self | None:
        return cls(all_queues=pause.queue is None, **_but(pause, "queue")) if pause else None


class JobTotals(Shown):
    """Jobs by state."""

    waiting: int = Field(description="Due, in a queue that isn't paused")
    active: int = Field(description="Claimed by a worker")
    completed: int = Field(description="Since the beginning, as failed and cancelled")
    failed: int
    delayed: int = Field(description="Not due yet")
    paused: int = Field(description="Due, in a queue that is paused")
    waiting_children: int = Field(description="Jobs they depend on have not ended")
    cancelled: int
    total: int = Field(description="All of these")


class Stats(Success):
    """Jobs by state."""

    healthy: bool = Field(description="False while jobs are due and no worker is alive")
    stats: JobTotals


class Paused(Success):
    """That it is paused."""

    message: str
    since: datetime


class Resumed(Success):
    """That it goes on, and which queues don't."""

    message: str
    still_paused: list[str] = Field(description="Queues that have a pause of their own, or are kept by that of all")


class Drained(Success):
    """What was dropped."""

    message: str
    cancelled: int


class Queue(Shown):
    """A queue with its limits and counts."""

    name: str
    pause: QueuePause | None
    concurrency: int | None
    rate_limit: int | None
    rate_seconds: float | None
    horizon_seconds: float
    counts: JobTotals
    by_priority: dict[str, JobTotals] = Field(description="Unfinished jobs by priority class, the heaviest first")

    @classmethod
    def of(cls, state: queue_states.QueueState) -> Self:
        return cls(pause=QueuePause.of(state.pause), **_but(state, "pause"))


class OneQueue(Success):
    """A queue."""

    queue: Queue


class QueueList(Success):
    """All queues."""

    count: int
    queues: list[Queue]


class Minute(Shown):
    """What ended in a minute."""

    minute: datetime
    completed: int
    failed: int
    cancelled: int
    retried: int = Field(description="Attempts that were followed by another")
    run_seconds: float = Field(description="Together, of what completed or failed")


class QueueThroughput(Success):
    """The minutes in which something ended."""

    queue: str
    minutes: list[Minute]


def _but(thing: object, left_out: str) -> dict[str, Any]:
    return {name: value for name, value in vars(thing).items() if name != left_out}
