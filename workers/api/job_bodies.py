"""Bodies that show jobs of executions."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field
from rest_framework import serializers

from project.api.serializers import StrictSerializer
from workers.api.shapes import Shown, Success
from workers.models import JobState
from workers.queries.job_details import JobDetail
from workers.queries.jobs import JobRow
from workers.services.operations import name as execution_name

State = Annotated[
    Literal["waiting-children", "waiting", "delayed", "active", "completed", "failed", "cancelled"],
    Field(
        description="`waiting-children`: jobs it depends on have not ended. `waiting`: due. `delayed`: not due yet. "
        "`active`: claimed by a worker."
    ),
]


class JobsForm(StrictSerializer):
    """Which jobs."""

    state = serializers.ChoiceField(choices=JobState.values, required=False)


class JobSummary(Shown):
    """A job in a list."""

    id: str = Field(description="Its name in the execution")
    job_id: int = Field(description="Its number in the installation, as claims have it")
    name: str | None
    type: str
    queue: str
    priority: str
    requires: list[str]
    state: State
    attempt: int = Field(description="The one that runs or ran last, or the next one")
    max_attempts: int
    worker_id: str | None = Field(description="Who runs it, or ended it")
    run_at: datetime | None = Field(description="When it is due, while it waits")
    created_at: datetime
    started_at: datetime | None = Field(description="Of the attempt that runs or ran last")
    finished_at: datetime | None
    error: str | None

    @classmethod
    def of(cls, row: JobRow) -> Self:
        return cls.model_validate(_summary(row))


class JobPage(Success):
    """Jobs in the order of their submission."""

    jobs: list[JobSummary]
    next: str | None = Field(description="`cursor` of the next page; null on the last")


class Attempt(Shown):
    """One run of a job."""

    attempt: int
    outcome: Literal["completed", "failed", "cancelled", "retried", "active"] = Field(
        description="`retried`: another attempt followed"
    )
    worker: str | None = Field(serialization_alias="workerId")
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None


class Checkpoint(Shown):
    """The newest checkpoint of a job."""

    checkpoint_id: str
    saved_at: datetime
    data: Any


class Neighbour(Shown):
    """A job at the other end of a dependency."""

    execution_id: str = Field(description="Another one only where jobs run again")
    id: str
    state: State | Literal[""] = Field(description="Empty when its history has been dropped")
    on_failure: str


class Job(JobSummary):
    """All about a job."""

    config: dict[str, Any]
    output: Any = Field(description="What it gave, as its worker reported it")
    backoff_seconds: float
    timeout_seconds: float | None
    added_by: str | None = Field(description="The job that added it while it ran")
    attempts: list[Attempt]
    checkpoint: Checkpoint | None
    depends_on: list[Neighbour] = Field(description="The first 200")
    dependents: list[Neighbour] = Field(description="The first 200")

    @classmethod
    def of_detail(cls, detail: JobDetail) -> Self:
        saved = detail.checkpoint
        return cls.model_validate(
            {
                **_summary(detail.row),
                "config": detail.payload,
                "output": detail.output,
                "backoff_seconds": detail.backoff_seconds,
                "timeout_seconds": detail.timeout_seconds,
                "added_by": detail.added_by,
                "attempts": detail.attempts,
                "checkpoint": saved and {**vars(saved), "checkpoint_id": f"checkpoint-{saved.number}"},
                "depends_on": [_neighbour(vars(one)) for one in detail.parents],
                "dependents": [_neighbour(vars(one)) for one in detail.children],
            }
        )


class OneJob(Success):
    """A job."""

    job: Job


def _summary(row: JobRow) -> dict[str, Any]:
    return {**vars(row), "id": row.key, "job_id": row.id, "worker_id": row.worker}


def _neighbour(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "id": found["key"], "execution_id": execution_name(found["execution_id"])}
