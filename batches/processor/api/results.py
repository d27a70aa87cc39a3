"""`GET /api/batch-processor/results/{batch_id}`."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor import errors, queries
from batches.processor.roles import READERS
from batches.processor.states import FINAL
from project.api.schema import ErrorBody
from project.api.views import ApiView

from .batches import owner_of
from .documents import batches
from .documents.shared import BATCH_ID, TAG


class ResultsView(ApiView):
    """What a batch gave."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="inference_batch_results",
        summary="The results of a batch that has ended, in the order of its items.",
        description="Also of one that failed, was cancelled or expired: what was done by then is there, and each item "
        "without an output says why. 409 BATCH_NOT_FINISHED with Retry-After before the end.",
        tags=TAG,
        parameters=[BATCH_ID],
        responses={200: batches.InferenceResults, 409: OpenApiResponse(ErrorBody, "The batch has not ended.")},
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """One result for each item."""
        batch = queries.batch(batch_id, owner_of(request))
        if batch.status not in FINAL:
            raise errors.not_finished(batch)
        results = queries.results(batch)
        took = queries.progress(batch).processing_time_ms
        tried = batch.completed + batch.failed
        document = {
            "batch_id": batch.batch_id,
            "status": batch.status,
            "results": results,
            "metadata": {
                "total_processing_time_ms": took,
                "average_per_request_ms": round(took / tried, 3) if tried else None,
                "batch_size": batch.total,
            },
        }
        return Response(document)
