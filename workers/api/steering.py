"""`/api/distributed/execute/{executionId}/...`: cancel an execution, run it or parts of it again."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from workers.api.execute import TAG, found, shown
from workers.api.execution_bodies import (
    CancelRequest,
    OneExecution,
    RerunRequest,
    RetryRequest,
    Started,
)
from workers.api.views import SUBMITTERS, DistributedView, answer
from workers.services import operations


class CancelView(DistributedView):
    """Cancels."""

    roles: ClassVar = {"POST": SUBMITTERS}

    @extend_schema(
        operation_id="cancel_execution",
        summary="Cancel an execution.",
        description="Waiting jobs end at once. Active ones are taken from their workers, which are told to stop "
        "and whose results are refused. An execution that has ended stays as it is.",
        tags=TAG,
        request=CancelRequest,
        responses=OneExecution,
    )
    def post(self, request: Request, execution_id: str) -> Response:
        number, reason = found(execution_id), self.given(CancelRequest).reason
        operations.cancel(execution_id=number, reason=reason, actor=context.caller().user)
        return shown(number)


class RetryView(DistributedView):
    """Runs what failed again."""

    roles: ClassVar = {"POST": SUBMITTERS}

    @extend_schema(
        operation_id="retry_execution",
        summary="Run the failed and cancelled jobs again, as a new execution.",
        description="They read the outputs of the jobs that completed. 409 while the execution, or another run of the "
        "same jobs, has not ended, and when nothing of it failed.",
        tags=TAG,
        request=RetryRequest,
        responses=Started,
    )
    def post(self, request: Request, execution_id: str) -> Response:
        self.given(RetryRequest)
        made = operations.retry(execution_id=found(execution_id), actor=context.caller().user)
        return answer(Started.of(made))


class RerunView(DistributedView):
    """Runs a part again."""

    roles: ClassVar = {"POST": SUBMITTERS}

    @extend_schema(
        operation_id="rerun_execution",
        summary="Run a job and all that depend on it again, as a new execution.",
        description="409 while the execution has not ended, and when a job would wait for one that did not complete.",
        tags=TAG,
        request=RerunRequest,
        responses=Started,
    )
    def post(self, request: Request, execution_id: str) -> Response:
        key = self.given(RerunRequest).from_
        made = operations.rerun(execution_id=found(execution_id), key=key, actor=context.caller().user)
        return answer(Started.of(made))
