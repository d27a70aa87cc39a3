"""The two probes: is the process alive, and can it do its work."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import readiness
from project.api.errors import NotReady
from project.api.schema import ErrorBody
from project.api.views import ApiView


class Probe(ApiView):
    """For load balancers and orchestrators: no key, no throttle."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []


class HealthView(Probe):
    """`GET /health`"""

    @extend_schema(
        operation_id="health",
        summary="Is the process alive? Asks nothing else, the database neither.",
        tags=["operation"],
        responses=inline_serializer(
            "Health",
            {
                "status": serializers.ChoiceField(["healthy"]),
                "timestamp": serializers.DateTimeField(),
                "version": serializers.CharField(),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "healthy", "timestamp": timezone.now().isoformat(), "version": settings.VERSION})


class ReadyView(Probe):
    """`GET /ready`"""

    @extend_schema(
        operation_id="ready",
        summary="Can it do its work? Checks database, migrations, routines and workers.",
        tags=["operation"],
        responses={
            200: inline_serializer(
                "Ready",
                {
                    "status": serializers.ChoiceField(["ready"]),
                    "checks": serializers.DictField(child=serializers.ChoiceField(["ok"])),
                },
            ),
            503: OpenApiResponse(ErrorBody, description="NOT_READY; `details.checks` has ok or failed for each."),
        },
    )
    def get(self, request: Request) -> Response:
        checks = readiness.run()
        failed = [name for name, state in checks.items() if state != readiness.OK]
        if failed:
            raise NotReady(f"Not ready: {', '.join(failed)}.", details={"checks": checks})
        body: dict[str, Any] = {"status": "ready", "checks": checks}
        return Response(body)
