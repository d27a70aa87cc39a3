"""`POST /api/v1/transform/batch`."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.transform import errors, services
from batches.transform.encoding import dumped
from batches.transform.models import TransformBatch
from batches.transform.queries import batches, results
from batches.transform.queries.versions import active_version
from batches.transform.roles import SUBMITTERS
from batches.transform.services.opening import Opened
from batches.transform.states import OnError, Status
from batches.transform.submission import Submission, digest
from project.access.throttles import throttled_name
from project.api.errors import InvalidRequest

from .documents import requests, responses
from .documents.shared import TAG
from .views import TransformView

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
RESPOND_ASYNC = "respond-async"


class BatchesView(TransformView):
    """Takes batches."""

    roles: ClassVar = {"POST": SUBMITTERS}

    @extend_schema(
        operation_id="transform_batch",
        summary="Transform a batch of items.",
        description="Answers with the results. `Prefer: respond-async`, and items that would take longer than a "
        "second, are answered by 202 at once: the engine does them, and `Location` is where the batch's status is. "
        "Five batches of one key at once; a sixth is a 429. With an idempotency key, a request that is sent again gets "
        "the answer of the first one (header `Idempotent-Replayed: true`); another request with the same key is a 409.",
        tags=TAG,
        parameters=[
            OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description=f"`{RESPOND_ASYNC}`"),
            OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description="1 to 200 characters"),
        ],
        request=requests.TransformRequest,
        responses={200: responses.TransformedBatch, 202: responses.TransformBatchStatus},
    )
    def post(self, request: Request) -> HttpResponseBase:
        """The results, or where they will be."""
        given = self.submission(self.parse(requests.TransformRequest))
        opened = services.submit(given, respond_async=_prefers(request))
        response = _answer(opened)
        if not opened.made:
            response["Idempotent-Replayed"] = "true"
        return response

    def submission(self, given: dict[str, Any]) -> Submission:
        """What the body, the headers and the caller come to."""
        key = _key(self.request)
        return Submission(
            items=given["data"],
            version=active_version(given.get("pipeline")),
            owner=throttled_name(self.request),
            actor=self.actor(),
            batch_size=given["batch_size"],
            parallel=given["parallel"],
            on_error=OnError(given["on_error"]),
            idempotency_key=key,
            digest=None if key is None else digest(self.request.data),
        )


def _answer(opened: Opened) -> HttpResponseBase:
    """Raises the 400 of a bad item."""
    batch = opened.batch
    if batch.execution_id is not None:
        headers = {"Location": reverse("transform-batch", args=[batch.batch_id])}
        return Response(batches.status(batch), status=202, headers=headers)
    if batch.status == Status.COMPLETED:
        given = results.all_results(batch) if opened.results is None else opened.results
        return HttpResponse(_success(batch, given), content_type="application/json")
    assert batch.error is not None
    raise errors.bad_item(batch.error["details"])


def _success(batch: TransformBatch, given: bytes) -> bytes:
    """The document with the results as they were stored: they may be large."""
    head: dict[str, Any] = {
        "status": "success",
        "processed": batch.processed,
        "filtered": batch.filtered,
        "duration": round(batch.duration or 0.0, 6),
        "batch_id": batch.batch_id,
    }
    if batch.on_error == OnError.SKIP:
        head |= {"failed": batch.failed, "errors": results.bad_items(batch, -1, batch.failed)}
    return dumped(head)[:-1] + b',"results":' + given + b"}"


def _prefers(request: Request) -> bool:
    """Whether the client asks for an answer at once (RFC 7240)."""
    preferences = request.headers.get("Prefer", "").lower().split(",")
    return any(one.split(";")[0].strip() == RESPOND_ASYNC for one in preferences)


def _key(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidRequest.field(KEY_HEADER, f"Must have 1 to {LONGEST_KEY} characters.")
    return key
