"""`/api/v1/transform/batch/{batch_id}`: how a batch stands, what it gave, stopping it."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.transform import services
from batches.transform.encoding import dumped
from batches.transform.queries import batches, results
from batches.transform.roles import READERS, SUBMITTERS
from batches.transform.states import Status
from project.api.pagination import Cursor, limit
from project.api.schema import CURSOR_PARAMETERS, page_of

from .documents import responses
from .documents.pipelines import Nothing
from .documents.shared import TAG
from .views import TransformView


class BatchView(TransformView):
    """One batch."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="transform_batch_status",
        summary="How a batch stands.",
        tags=TAG,
        responses=responses.TransformBatchStatus,
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """Its status."""
        return Response(batches.status(self.batch(batch_id)))


class ResultsView(TransformView):
    """What a batch gave."""

    roles: ClassVar = {"GET": READERS}
    cursor = Cursor("chunk", "place")

    @extend_schema(
        operation_id="transform_batch_results",
        summary="The results of a completed batch, in the order of its items.",
        description="409 while the batch goes on, and for one that failed or was cancelled: it has none.",
        tags=TAG,
        parameters=CURSOR_PARAMETERS,
        responses={200: responses.ResultPage},
    )
    def get(self, request: Request, batch_id: str) -> HttpResponse:
        """A page of results."""
        batch, count = self.batch(batch_id), limit(request)
        after = self.cursor.after(request) or [0, 0]
        results.require_results(batch)
        found = results.results(batch, (after[0], after[1]), count + 1)
        page = self.cursor.body(found, count, lambda one: one[1], lambda one: one[0])
        return HttpResponse(dumped(page), content_type="application/json")


class ErrorsView(TransformView):
    """What of a batch had no result."""

    roles: ClassVar = {"GET": READERS}
    cursor = Cursor("row")

    @extend_schema(
        operation_id="transform_batch_errors",
        summary="The bad items of a completed batch, in their order.",
        description="409 while the batch goes on, and for one that failed or was cancelled: its status tells why.",
        tags=TAG,
        parameters=CURSOR_PARAMETERS,
        responses=page_of(responses.BadItem),
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """A page of bad items."""
        batch, count = self.batch(batch_id), limit(request)
        after = self.cursor.after(request) or [-1]
        results.require_results(batch)
        found = results.bad_items(batch, after[0], count + 1)
        return Response(self.cursor.body(found, count, dict, lambda one: [one["row"]]))


class CancelView(TransformView):
    """Stops a batch."""

    roles: ClassVar = {"POST": SUBMITTERS}

    @extend_schema(
        operation_id="cancel_transform_batch",
        summary="Stop a batch; nothing of it is kept.",
        description="409 for a batch that has ended.",
        tags=TAG,
        request=Nothing,
        responses=responses.CancelledBatch,
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """The contract's confirmation."""
        self.parse(Nothing)
        services.cancel(batch=self.own_batch(batch_id), actor=self.actor())
        return Response({"status": Status.CANCELLED, "message": "Batch processing job cancelled successfully"})
