"""Bodies of what a remote worker claims and reports."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from workers.api.shapes import Shown, Success
from workers.claims import Result
from workers.documents.shapes import WHOLE, Given

MOST = 1000  # jobs in one call
LONGEST_WAIT = 30
LONGEST_ERROR = 4000

Id = Annotated[int, Field(ge=1, le=2**63 - 1), WHOLE]
Body = TypeVar("Body", bound=Given)


class ClaimRequest(Given):
    """How much work is wanted."""

    slots: Annotated[int, Field(ge=1, le=MOST), WHOLE] | None = Field(
        None, description="Jobs at most; maxConcurrency when left out"
    )
    wait_seconds: Annotated[
        float, Field(ge=0, le=LONGEST_WAIT, description="How long to wait for the first job when there is none")
    ] = 0.0


class ClaimedJob(Shown):
    """One attempt at one job. Send `jobId` and `claim` with whatever is said of it."""

    job_id: int
    claim: int = Field(description="The fence: results under a claim that ended are refused")
    execution_id: str
    id: str = Field(description="The job's name in its execution")
    name: str | None
    type: str
    queue: str
    config: dict[str, Any]
    parents: dict[str, Any] = Field(description="What the jobs it depends on gave, by their ids; the completed ones")
    attempt: int = Field(description="From 1")
    timeout_seconds: float | None = Field(description="Give up after so long and report a failure")
    last_error: str | None = Field(description="Why the attempt before ended")
    checkpoint: Any = Field(description="The newest checkpoint of an attempt before, or null")


class Claimed(Success):
    """The jobs, which are leased to the worker."""

    jobs: list[ClaimedJob]
    until: datetime = Field(description="Extend or report the claims before this moment: then others may take the jobs")


class JobOfClaim(Given):
    """A claimed job."""

    job_id: Id
    claim: Id


class JobResult(JobOfClaim):
    """What a job gave."""

    output: Any = Field(None, description="Any JSON; jobs that depend on this one can read it")

    def result(self) -> Result:
        return Result(job_id=self.job_id, fence=self.claim, outcome="completed", output=json.dumps(self.output))


class JobFailure(JobOfClaim):
    """Why an attempt failed."""

    error: Annotated[str, Field(min_length=1, max_length=LONGEST_ERROR)]
    permanent: bool = Field(
        False, description="True: no attempt would do better. Else it is tried again, up to maxAttempts"
    )

    def result(self) -> Result:
        outcome: Literal["fail", "retry"] = "fail" if self.permanent else "retry"
        return Result(job_id=self.job_id, fence=self.claim, outcome=outcome, error=self.error)


class JobCheckpoint(JobOfClaim):
    """What the next attempt needs to go on."""

    data: Any


class CompleteRequest(Given):
    """Jobs that were done."""

    results: Annotated[list[JobResult], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        return once(self, self.results)


class FailRequest(Given):
    """Attempts that failed."""

    failures: Annotated[list[JobFailure], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        return once(self, self.failures)


class ReleaseRequest(Given):
    """Jobs that the worker gives back undone; the attempts are not counted. Either `jobs` or `keep`."""

    jobs: Annotated[list[JobOfClaim], Field(min_length=1, max_length=MOST)] | None = None
    keep: Annotated[list[Id], Field(max_length=MOST)] | None = Field(
        None, description="Give back all jobs but those of these claims: after an answer to a claim was lost"
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        if (self.jobs is None) == (self.keep is None):
            raise ValueError("Give either jobs or keep.")
        return once(self, self.jobs or [])


class CheckpointRequest(Given):
    """Checkpoints of running jobs."""

    checkpoints: Annotated[list[JobCheckpoint], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        return once(self, self.checkpoints)


class ExtendRequest(Given):
    """Claims that the worker still works on."""

    claims: Annotated[list[Id], Field(min_length=1, max_length=MOST)]


class Refused(Shown):
    """A job that its claim holds no longer: drop the work."""

    job_id: int
    claim: int


class Reported(Success):
    """What counted and what came too late."""

    accepted: int
    refused: list[Refused]


class Extension(Shown):
    """The jobs that a claim still holds."""

    claim: int
    jobs: list[int]


class Extended(Success):
    """The claims that go on."""

    claims: list[Extension] = Field(description="A claim or a job that is missing here was taken away: drop the work")
    until: datetime


def once(body: Body, jobs: Sequence[JobOfClaim]) -> Body:
    """The body, if it names no job twice."""
    seen: set[int] = set()
    for job in jobs:
        if job.job_id in seen:
            raise ValueError(f"Job {job.job_id} is named twice.")
        seen.add(job.job_id)
    return body
