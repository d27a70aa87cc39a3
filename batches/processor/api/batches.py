"""Batches as their owners see them: status, results, the list, and cancelling."""

from typing import ClassVar

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor import queries, services
from batches.processor.queries.shown import summaries, summary
from batches.processor.roles import ADMINS, OVERSEERS, READERS, SUBMITTERS
from batches.processor.states import Status
from project.access.permissions import roles_of
from project.api import context
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS
from project.api.views import ApiView

from .documents import batches, requests
from .documents.shared import BATCH_ID, TAG


def owner_of(request: Request) -> User | None:
    """Whose batches the caller may see; None is everybody's."""
    return None if roles_of(request) & OVERSEERS else context.caller().user


def steered_by(request: Request) -> User | None:
    """Whose batches the caller may cancel; None is everybody's. Auditors only look."""
    return None if roles_of(request) & ADMINS else context.caller().user


class StatusView(ApiView):
    """How a batch is doing."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="inference_batch_status",
        summary="Status and progress of a batch.",
        description="Of another owner's batch only auditors and batch administrators learn.",
        tags=TAG,
        parameters=[BATCH_ID],
        responses=batches.InferenceBatchSummary,
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """The batch as it is now."""
        return Response(summary(queries.batch(batch_id, owner_of(request))))


class BatchesView(ApiView):
    """Many batches."""

    roles: ClassVar = {"GET": READERS}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_inference_batches",
        summary="Batches, the newest first; with `status=active` those that have not ended.",
        tags=TAG,
        parameters=[requests.BatchFilter, *CURSOR_PARAMETERS],
        responses=batches.InferenceBatchPage,
    )
    def get(self, request: Request) -> Response:
        """A page of batches."""
        wanted = self.parse_query(requests.BatchFilter)
        owner, status = owner_of(request), wanted.get("status")
        found = queries.active(owner) if status == requests.ACTIVE else queries.batches(owner)
        if status in Status.values:
            found = found.filter(status=status)
        page = self.cursor.page(request, found, lambda batch: batch)
        return Response({"batches": summaries(page["results"]), "next": page["next"]})


class CancelView(ApiView):
    """Stops a batch."""

    roles: ClassVar = {"DELETE": SUBMITTERS}

    @extend_schema(
        operation_id="cancel_inference_batch",
        summary="Cancel a batch: what waits is not run, what is done is kept.",
        description="`cancelling` while items run that can't be stopped, then `cancelled`. 409 ILLEGAL_TRANSITION for "
        "a batch that has ended otherwise; one that is cancelled already stays so.",
        tags=TAG,
        parameters=[BATCH_ID],
        responses=batches.InferenceBatchSummary,
    )
    def delete(self, request: Request, batch_id: str) -> Response:
        """The batch as it is now."""
        return Response(summary(services.cancel(batch_id=batch_id, owner=steered_by(request))))
