"""`/api/distributed/execute`: start executions, list them, see how they stand."""

import re
from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from project.api.errors import InvalidRequest
from project.api.pagination import Cursor, limit
from project.api.schema import CURSOR_PARAMETERS
from workers.api.execution_bodies import (
    ExecuteRequest,
    Execution,
    ExecutionPage,
    ExecutionsForm,
    ExecutionSummary,
    OneExecution,
    Started,
)
from workers.api.located import located
from workers.api.views import READERS, SUBMITTERS, DistributedView, answer
from workers.queries.executions import execution_state, execution_states, newest_checkpoint, no_execution
from workers.services import operations

TAG = ["executions"]
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
_ID = re.compile(r"exec-([1-9][0-9]{0,17})")


class ExecutionsView(DistributedView):
    """Executions."""

    roles: ClassVar = {"GET": READERS, "POST": SUBMITTERS}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_executions",
        summary="Executions, the newest first.",
        tags=TAG,
        parameters=[ExecutionsForm, *CURSOR_PARAMETERS],
        responses=ExecutionPage,
    )
    def get(self, request: Request) -> Response:
        wanted, after, count = self.parse_query(ExecutionsForm), self.cursor.after(request), limit(request)
        states = execution_states(
            status=wanted.get("status"),
            workflow=wanted.get("workflowId"),
            before=after[0] if after else None,
            limit=count + 1,
        )
        page = self.cursor.body(states, count, ExecutionSummary.of, lambda state: [state.id])
        return answer(ExecutionPage(executions=page["results"], next=page["next"]))

    @extend_schema(
        operation_id="start_execution",
        summary="Start an execution: a graph of jobs.",
        description="All or nothing. With an idempotency key, a request that is sent again gives the execution that it "
        "made the first time (header `Idempotent-Replayed: true`); another request with the same key is a 409.",
        tags=TAG,
        parameters=[OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description="As `idempotencyKey`")],
        request=ExecuteRequest,
        responses=Started,
    )
    def post(self, request: Request) -> Response:
        given = self.given(ExecuteRequest)
        try:
            execution, made = operations.start(
                workflow=given.workflow_id,
                jobs=[job.spec() for job in given.jobs],
                parallelism=given.parallelism,
                idempotency_key=_key(request, given),
                actor=context.caller().user,
            )
        except InvalidRequest as error:
            raise located(error, given.jobs) from error
        return answer(Started.of(execution), headers={} if made else {"Idempotent-Replayed": "true"})


class ExecutionView(DistributedView):
    """One execution."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(operation_id="get_execution", summary="How an execution stands.", tags=TAG, responses=OneExecution)
    def get(self, request: Request, execution_id: str) -> Response:
        return shown(found(execution_id))


def shown(execution_id: int) -> Response:
    """The execution as it is now."""
    state = execution_state(execution_id)
    number = newest_checkpoint(execution_id)
    checkpoint = None if number is None else f"checkpoint-{number}"
    return answer(OneExecution(execution=Execution.of(state, checkpoint_id=checkpoint)))


def found(execution_id: str) -> int:
    """The number behind `exec-123`. Raises `NotFound` for what no execution is called."""
    form = _ID.fullmatch(execution_id)
    if form is None:
        raise no_execution(execution_id)
    return int(form[1])


def _key(request: Request, given: ExecuteRequest) -> str | None:
    header = request.headers.get(KEY_HEADER)
    if header is None:
        return given.idempotency_key
    if given.idempotency_key not in {None, header}:
        raise InvalidRequest.field("idempotencyKey", f"Differs from the header {KEY_HEADER}. Send one of them.")
    if not 1 <= len(header) <= LONGEST_KEY:
        raise InvalidRequest.field(KEY_HEADER, f"Must have 1 to {LONGEST_KEY} characters.")
    return header
