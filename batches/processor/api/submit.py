"""`POST /api/batch-processor/submit`."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor import services
from batches.processor.queries import estimates
from batches.processor.roles import SUBMITTERS
from batches.processor.waiting.preference import PREFER, wait_for
from project.api import context
from project.api.views import ApiView

from .documents import batches, requests
from .documents.shared import TAG


class SubmitView(ApiView):
    """Takes items for a model."""

    roles: ClassVar = {"POST": SUBMITTERS}

    @extend_schema(
        operation_id="submit_inference_batch",
        summary="Submit 1 to 1000 items to a model.",
        description="The answer comes once everything is stored; results come by polling or over the WebSocket. "
        "`metadata.model_id` names the model, and a version of it where that matters. 409 BATCH_EXISTS for a "
        "`batch_id` that is taken; 429 QUEUE_FULL with Retry-After while the queue has no room for the items. With "
        "`Prefer: wait=10` the answer is the results, as `results/{batch_id}` has them, if there are any within ten "
        "seconds (header `Preference-Applied: wait`).",
        tags=TAG,
        parameters=[PREFER],
        request=requests.SubmitRequest,
        responses=batches.SubmittedBatch,
    )
    def post(self, request: Request) -> Response:
        """The name under which the batch can be asked for, and when it should be done."""
        given = self.parse(requests.SubmitRequest)
        batch = services.submit(items=given.pop("data"), owner=context.caller().user, **given)
        wait_for(request, batch.batch_id)
        place = estimates.place(batch)
        document = {
            "batch_id": batch.batch_id,
            "status": batch.status,
            "estimated_completion_time": place.completion,
            "queue_position": place.position,
            "request_count": batch.total,
        }
        return Response(document)
