"""Reading a batch: status, workers, metrics, validation, report, certificate."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from batches.monthend.models import MonthEndBatch
from batches.monthend.queries import batches, certificate, metrics, report, status, validation, workers
from project.access.roles import ALL_READERS
from project.api.csv import streamed
from project.api.views import ApiView

from .documents import monitoring, requests, responses
from .views import TAG


class ReadingView(ApiView):
    """A document about one batch."""

    roles: ClassVar = {"GET": ALL_READERS}
    document: ClassVar[Callable[[MonthEndBatch], dict[str, Any]]]

    def get(self, request: Request, batch_id: str) -> Response:
        """The document."""
        return Response(type(self).document(batches.find(batch_id)))


def reading(
    name: str, summary: str, document: Callable[[MonthEndBatch], dict[str, Any]], shape: type[Serializer[Any]]
) -> type[ReadingView]:
    """The view of one document."""
    described = extend_schema(operation_id=name, summary=summary, tags=TAG, responses=shape)
    view = type(name, (ReadingView,), {"document": staticmethod(document), "__doc__": summary})
    return extend_schema_view(get=described)(view)


StatusView = reading("batch_status", "How a batch is doing.", status.status, monitoring.BatchStatus)
WorkersView = reading("batch_workers", "The workers of a batch.", workers.workers, monitoring.BatchWorkers)
MetricsView = reading("batch_metrics", "Metrics of a batch.", metrics.metrics, monitoring.BatchMetrics)
ValidationView = reading(
    "batch_validation", "What was checked and how it ended.", validation.validation, monitoring.BatchValidation
)
CertificateView = reading(
    "batch_certificate", "The proof of a committed batch.", certificate.certificate, responses.Certificate
)


class ProofView(ApiView):
    """Recomputes a certificate."""

    roles: ClassVar = {"GET": ALL_READERS}

    @extend_schema(
        operation_id="prove_batch",
        summary="Recompute a batch's certificate from the journal and its sources.",
        tags=TAG,
        responses=responses.Proof,
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """Whether the batch is still what its certificate says, and what is not."""
        batch = batches.find(batch_id)
        certificate.certificate(batch)
        problems = certificate.prove(batch)
        return Response({"batch_id": batch.batch_id, "proved": not problems, "problems": problems})


class ReportView(ApiView):
    """The report of a batch."""

    roles: ClassVar = {"GET": ALL_READERS}

    @extend_schema(
        operation_id="batch_report",
        summary="Trial balance, funds, comparison and timings of a batch.",
        tags=TAG,
        parameters=[requests.ReportForm],
        responses={(200, "application/json"): responses.Report, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, batch_id: str) -> Response | StreamingHttpResponse:
        """The report as JSON, or its trial balance as CSV."""
        wanted = self.parse_query(requests.ReportForm)
        document = report.report(batches.find(batch_id))
        if wanted["format"] == "json":
            return Response(document)
        columns = ["account", "name", "debit", "credit"]
        lines = ([line[column] for column in columns] for line in document["trial_balance"])
        return streamed(f"{batch_id}-trial-balance.csv", columns, lines)
