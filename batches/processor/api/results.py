"""`GET /api/batch-processor/results/{batch_id}`."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from batches.processor import errors, queries
from batches.processor.queries.results import document
from batches.processor.roles import READERS
from batches.processor.states import FINAL
from batches.processor.waiting.preference import PREFER, wait_for
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
        "without an output says why. 409 BATCH_NOT_FINISHED with Retry-After before the end; with `Prefer: wait=10` "
        "not before ten seconds are over.",
        tags=TAG,
        parameters=[BATCH_ID, PREFER],
        responses={200: batches.InferenceResults, 409: OpenApiResponse(ErrorBody, "The batch has not ended.")},
    )
    def get(self, request: Request, batch_id: str) -> HttpResponse:
        """One result for each item."""
        batch = queries.batch(batch_id, owner_of(request), alone=True)
        if batch.status not in FINAL:
            wait_for(request, batch.batch_id)
            raise errors.not_finished(batch)
        return HttpResponse(document(batch), content_type="application/json")
