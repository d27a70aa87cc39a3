"""`.../explain`: why an execution or a job is not running."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from workers.api.execute import TAG, found
from workers.api.shapes import Shown, Success
from workers.api.views import READERS, DistributedView, answer
from workers.queries import explain


class Reason(Shown):
    """Why jobs are not running; RUNNING and ENDED say that nothing holds them up."""

    kind: Literal[
        "PAUSED",
        "NO_CAPABLE_WORKER",
        "CONCURRENCY_LIMIT",
        "RATE_LIMIT",
        "PARALLELISM",
        "DEPENDENCY",
        "DELAYED",
        "LEASED",
        "WAITING_TURN",
        "RUNNING",
        "ENDED",
    ]
    text: str = Field(description="For people; may change")
    jobs: int = Field(description="How many jobs it is true of; a job may have several reasons")
    details: dict[str, Any] = Field(description="The same for programs, by kind")


class Explanation(Success):
    """The reasons, what holds up most jobs first."""

    reasons: list[Reason]


class ExplainExecutionView(DistributedView):
    """Why it is not running."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="explain_execution",
        summary="Why the jobs of an execution are not running, by reason.",
        tags=TAG,
        responses=Explanation,
    )
    def get(self, request: Request, execution_id: str) -> Response:
        return explained(explain.explain_execution(found(execution_id)))


class ExplainJobView(DistributedView):
    """Why it is not running."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(operation_id="explain_job", summary="Why a job is not running.", tags=TAG, responses=Explanation)
    def get(self, request: Request, execution_id: str, job_id: str) -> Response:
        return explained(explain.explain_job(found(execution_id), job_id))


def explained(reasons: Sequence[explain.Reason]) -> Response:
    """The reasons as they are."""
    return answer(Explanation(reasons=[Reason.model_validate(reason) for reason in reasons]))
