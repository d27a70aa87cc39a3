"""Starting and steering a close."""

from typing import ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.monthend import services
from batches.monthend.models import MonthEndBatch
from batches.monthend.queries import batches, estimates
from batches.monthend.queries.status import status
from project.access.roles import ALL_READERS, Role
from project.api import context
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, page_of
from project.api.views import ApiView

from .documents import monitoring, requests, responses

TAG = ["month-end"]
OPERATORS = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR})
ADMINS = frozenset({Role.BATCH_ADMIN})


class InitiateView(ApiView):
    """Begins the close of a period."""

    roles: ClassVar = {"POST": ADMINS}

    @extend_schema(
        operation_id="initiate_batch",
        summary="Count a period and start its close.",
        description="409 when another batch holds the ledger or the period has nothing new; 503 lists missing "
        "prerequisites.",
        tags=TAG,
        request=requests.InitiateRequest,
        responses={202: responses.InitiatedBatch},
    )
    def post(self, request: Request) -> Response:
        """Answers as soon as the month is counted; planning and posting go on in the engine."""
        batch = services.initiate_batch(**self.parse(requests.InitiateRequest), actor=context.caller().user)
        document = {
            "batch_id": batch.batch_id,
            "status": batch.status,
            "expected_transactions": batch.expected_transactions,
            "expected_je_count": batch.expected_entries,
            "estimated_duration_minutes": estimates.duration_minutes(batch),
            "monitoring_url": reverse("batch-status", args=[batch.batch_id]),
        }
        return Response(document, status=202)


class BatchListView(ApiView):
    """All batches."""

    roles: ClassVar = {"GET": ALL_READERS}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_batches",
        summary="Batches, the newest first.",
        tags=TAG,
        parameters=[requests.BatchFilter, *CURSOR_PARAMETERS],
        responses=page_of(responses.BatchSummary),
    )
    def get(self, request: Request) -> Response:
        """A page of batches."""
        wanted = self.parse_query(requests.BatchFilter)
        found: QuerySet[MonthEndBatch] = MonthEndBatch.objects.select_related("period", "initiated_by", "reverses")
        if "status" in wanted:
            found = found.filter(status=wanted["status"])
        if "period" in wanted:
            found = found.filter(period__code=wanted["period"])
        return Response(self.cursor.page(request, found, batches.summary))


class AbortView(ApiView):
    """Stops a close."""

    roles: ClassVar = {"POST": ADMINS}

    @extend_schema(
        operation_id="abort_batch",
        summary="Stop a batch and roll back what it posted.",
        description="409 for a batch that has ended; a committed one is reversed instead.",
        tags=TAG,
        request=requests.AbortRequest,
        responses={202: responses.AbortingBatch},
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Answers in ABORTING; an engine job drops the leaves."""
        given = self.parse(requests.AbortRequest)
        batch = services.abort_batch(batch=batches.find(batch_id), actor=context.caller().user, **given)
        message = (
            "Stopping workers and rolling back changes" if given["rollback"] else "Stopping workers, keeping leaves"
        )
        document = {
            "batch_id": batch.batch_id,
            "status": batch.status,
            "message": message,
            "estimated_rollback_time_seconds": estimates.rollback_seconds(),
        }
        return Response(document, status=202)


class ResumeView(ApiView):
    """Goes on with a failed close."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="resume_batch",
        summary="Run a FAILED batch again, from its checkpoints.",
        tags=TAG,
        request=requests.ResumeRequest,
        responses={202: monitoring.BatchStatus},
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Answers with the batch's status."""
        self.parse(requests.ResumeRequest)
        return accepted(services.resume_batch(batch=batches.find(batch_id), actor=context.caller().user))


class RestartWorkerView(ApiView):
    """Takes a range away from a worker that hangs."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="restart_worker",
        summary="Give a worker's range to a replacement, from the checkpoint.",
        tags=TAG,
        request=requests.RestartRequest,
        responses={202: monitoring.BatchStatus},
    )
    def post(self, request: Request, batch_id: str, worker_id: int) -> Response:
        """Answers with the batch's status."""
        given = self.parse(requests.RestartRequest)
        batch = batches.find(batch_id)
        return accepted(services.restart_worker(batch=batch, worker_id=worker_id, actor=context.caller().user, **given))


class ReverseView(ApiView):
    """Takes a committed batch out of the books."""

    roles: ClassVar = {"POST": ADMINS}

    @extend_schema(
        operation_id="reverse_batch",
        summary="Post the mirror of a committed batch as a new batch.",
        tags=TAG,
        request=requests.ReverseRequest,
        responses={202: monitoring.BatchStatus},
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Answers with the status of the reversal, which is a batch of its own."""
        given = self.parse(requests.ReverseRequest)
        reversal = services.reverse_batch(
            batch=batches.find(batch_id),
            actor=context.caller().user,
            reason=given["reason"],
            period_code=given.get("period"),
        )
        return accepted(reversal)


def accepted(batch: MonthEndBatch) -> Response:
    """202 with the batch's status document."""
    return Response(status(batch), status=202)
