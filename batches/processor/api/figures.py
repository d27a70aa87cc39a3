"""`/api/batch-processor/metrics` and `/api/batch-processor/analytics`."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor.queries import analytics, current
from batches.processor.queries.models import labels
from batches.processor.queries.resources import resources
from batches.processor.roles import VIEWERS
from project.api.views import ApiView

from .documents import figures, requests
from .documents.shared import TAG


class MetricsView(ApiView):
    """The state of the processor."""

    roles: ClassVar = {"GET": VIEWERS}

    @extend_schema(
        operation_id="processor_metrics",
        summary="How the processor stands, what it ever did, and what it uses.",
        tags=TAG,
        responses=figures.ProcessorMetrics,
    )
    def get(self, request: Request) -> Response:
        """Of all processes together."""
        used = resources()
        usage = {
            "cpu_usage_percent": used.cpu_percent,
            "memory_usage_mb": used.memory_mb,
            "gpu_usage_percent": used.gpu_percent,
        }
        return Response({**current.metrics(), "resource_usage": usage})


class AnalyticsView(ApiView):
    """Figures over time."""

    roles: ClassVar = {"GET": VIEWERS}

    @extend_schema(
        operation_id="processor_analytics",
        summary="Throughput, times, sizes and ends of batches over a period, in steps.",
        tags=TAG,
        parameters=[requests.AnalyticsForm],
        responses=figures.ProcessorAnalytics,
    )
    def get(self, request: Request) -> Response:
        """The metrics that were asked for, each of the whole period and of each step."""
        wanted = self.parse_query(requests.AnalyticsForm)
        over, model = analytics.span(wanted["period"], wanted.get("step")), wanted.get("model")
        models = labels(model) if model else None
        document = {
            "period_start": over.first,
            "period_end": over.now,
            "step_seconds": round(over.step.total_seconds()),
            "model": model,
            "metrics": analytics.analytics(over, wanted["metrics"], models),
        }
        return Response(document)
