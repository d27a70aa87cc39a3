"""`GET /metrics`"""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from rest_framework.request import Request

from project.access.roles import EVERYONE
from project.api.views import ApiView
from project.metrics import registry


class MetricsView(ApiView):
    """Any role may scrape: give Prometheus a key of its own (`authorization.credentials` in its configuration)."""

    roles: ClassVar = {"GET": EVERYONE}
    throttle_classes = []

    @extend_schema(
        operation_id="metrics",
        summary="Metrics in Prometheus' text format, read from the database at each scrape.",
        tags=["operation"],
        responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(registry.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class VersionedMetricsView(MetricsView):
    """The same beside the rest of version 1, where the contract of reconciliation has it."""

    @extend_schema(
        operation_id="metrics_v1",
        summary="The same as /metrics.",
        tags=["operation"],
        responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)
