"""Bodies of executions."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field
from rest_framework import serializers

from project.api.serializers import StrictSerializer
from workers.api.shapes import Shown, Success
from workers.documents.jobs import Jobs
from workers.documents.shapes import Count, Given, Name, Reason
from workers.models import Execution as ExecutionRow
from workers.models import ExecutionStatus
from workers.queries.executions import ExecutionState
from workers.services.operations import name

Status = Annotated[
    Literal["pending", "running", "completed", "failed", "cancelled"],
    Field(
        description="`pending`: no job was claimed yet. `failed`: ended, and a job of it failed. `cancelled`: ended, "
        "and jobs of it were cancelled."
    ),
]
ExecutionId = Annotated[str, Field(examples=["exec-123"])]
StartedAt = Annotated[datetime, Field(description="When it was started, which is when it was submitted")]


class ExecuteRequest(Given):
    """A graph of jobs to run."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "workflowId": "training-pipeline-1",
                    "jobs": [
                        {"id": "job-1", "name": "Data Preprocessing", "type": "preprocessing", "config": {}},
                        {"id": "job-2", "type": "training", "dependsOn": ["job-1"], "requires": ["memoryGB >= 32"]},
                    ],
                    "parallelism": 10,
                }
            ]
        }
    )
    workflow_id: Annotated[Name, Field(description="What it is a run of", examples=["training-pipeline-1"])]
    jobs: Jobs
    parallelism: Count | None = Field(None, description="How many of its jobs may run at once; no limit when left out")
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Sent again with the same request, gives the same execution. Or as header Idempotency-Key"
    )


class Started(Success):
    """An execution that was started."""

    execution_id: ExecutionId
    status: Status
    started_at: StartedAt
    completed_at: datetime | None
    job_count: int

    @classmethod
    def of(cls, execution: ExecutionRow) -> Self:
        return cls.model_validate(
            {
                "execution_id": name(execution.pk),
                "status": execution.status,
                "started_at": execution.created_at,
                "completed_at": execution.completed_at,
                "job_count": execution.total,
            }
        )


class Progress(Shown):
    """Jobs by where they are."""

    total: int
    completed: int
    failed: int
    running: int = Field(description="Claimed by a worker")
    cancelled: int
    waiting: int = Field(description="All others")


class ExecutionSummary(Shown):
    """How an execution stands."""

    execution_id: ExecutionId
    workflow_id: str
    status: Status
    started_at: StartedAt
    first_claim_at: datetime | None = Field(description="When a worker claimed the first job of it")
    completed_at: datetime | None
    progress: Progress
    parallelism: int | None
    cancel_reason: str | None
    started_by: str | None = Field(description="A user, or the owner of the key")
    schedule: str | None = Field(description="The schedule that started it")
    rerun_of: str | None = Field(description="The execution of which it runs jobs again")

    @classmethod
    def of(cls, state: ExecutionState, **more: object) -> Self:
        return cls.model_validate(
            {
                "execution_id": name(state.id),
                "workflow_id": state.workflow,
                "status": state.status,
                "started_at": state.created_at,
                "first_claim_at": state.started_at,
                "completed_at": state.completed_at,
                "progress": state,
                "parallelism": state.parallelism,
                "cancel_reason": state.cancel_reason,
                "started_by": state.actor,
                "schedule": state.schedule,
                "rerun_of": name(state.rerun_of) if state.rerun_of else None,
                **more,
            }
        )


class Execution(ExecutionSummary):
    """How an execution stands, and its newest checkpoint."""

    checkpoint_id: str | None = Field(
        description="Names the newest checkpoint of any of its jobs; grows with each", examples=["checkpoint-17"]
    )


class OneExecution(Success):
    """An execution."""

    execution: Execution


class ExecutionPage(Success):
    """Executions, the newest first."""

    executions: list[ExecutionSummary]
    next: str | None = Field(description="`cursor` of the next page; null on the last")


class ExecutionsForm(StrictSerializer):
    """Which executions; all conditions together."""

    status = serializers.ChoiceField(choices=ExecutionStatus.values, required=False)
    workflowId = serializers.CharField(required=False, max_length=200)  # noqa: N815  as in the contract


class CancelRequest(Given):
    """Why it is cancelled."""

    reason: Reason = ""


class RetryRequest(Given):
    """Nothing: the failed and cancelled jobs are known."""


class RerunRequest(Given):
    """Where to begin."""

    from_: Annotated[Name, Field(alias="from", description="Id of the job to run again, with all that depend on it")]
