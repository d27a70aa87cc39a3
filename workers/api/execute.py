"""`/api/distributed/execute`: start executions, list them, see how they stand."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic.alias_generators import to_camel
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from project.api.errors import InvalidRequest, NotFound
from workers.api.execution_bodies import ExecuteRequest, Execution, OneExecution, Started
from workers.api.views import READERS, SUBMITTERS, DistributedView, answer
from workers.queries.executions import execution_state
from workers.services import operations

TAG = ["executions"]
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
_ID = re.compile(r"exec-([1-9][0-9]{0,17})")


class ExecutionsView(DistributedView):
    """Executions."""

    roles: ClassVar = {"GET": READERS, "POST": SUBMITTERS}

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
            raise located(error, given) from error
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
    return answer(OneExecution(execution=Execution.of(state, checkpoint_id=None)))


def found(execution_id: str) -> int:
    """The number behind `exec-123`. Raises `NotFound` for what no execution is called."""
    form = _ID.fullmatch(execution_id)
    if form is None:
        raise NotFound(f"There is no execution {execution_id}.", details={"execution": execution_id})
    return int(form[1])


def located(error: InvalidRequest, given: ExecuteRequest) -> InvalidRequest:
    """The engine names a job by its id; this adds where in the body it stands: `jobs.3.dependsOn`."""
    details = error.details or {}
    key = details.get("job") or next(iter(details.get("cycle", [])), None)
    places = [place for place, job in enumerate(given.jobs) if job.id == key]
    if places:
        field = f"jobs.{places[-1]}.{_field(details)}"
        error.details = {**details, "fields": {field: [error.message]}}
    return error


def _field(details: Mapping[str, Any]) -> str:
    if "depends_on" in details or "cycle" in details:
        return "dependsOn"
    option = str(details.get("option", "key"))
    return _FIELDS.get(option) or to_camel(option)


_FIELDS = {"key": "id", "payload": "config", "on_failure": "dependsOn"}


def _key(request: Request, given: ExecuteRequest) -> str | None:
    header = request.headers.get(KEY_HEADER)
    if header is None:
        return given.idempotency_key
    if given.idempotency_key not in {None, header}:
        raise InvalidRequest.field("idempotencyKey", f"Differs from the header {KEY_HEADER}. Send one of them.")
    if not 1 <= len(header) <= LONGEST_KEY:
        raise InvalidRequest.field(KEY_HEADER, f"Must have 1 to {LONGEST_KEY} characters.")
    return header
