"""`/api/batch-processor/configure`: how work is batched, at run time."""

from dataclasses import asdict
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor import queries, services
from batches.processor.roles import ADMINS, VIEWERS
from project.api import context
from project.api.views import ApiView

from .documents import requests, settings
from .documents.shared import TAG


class ConfigureView(ApiView):
    """Reads and changes the settings."""

    roles: ClassVar = {"GET": VIEWERS, "POST": ADMINS}

    @extend_schema(
        operation_id="get_processor_settings",
        summary="How work is batched now.",
        tags=TAG,
        responses=settings.ProcessorSettings,
    )
    def get(self, request: Request) -> Response:
        """The settings in force."""
        return Response(asdict(queries.settings_now()))

    @extend_schema(
        operation_id="configure_processor",
        summary="Change how work is batched, in every process and without a restart.",
        description="What isn't named stays as it is. The weights are those of the engine's priority classes, which "
        "other work shares.",
        tags=TAG,
        request=requests.ConfigureRequest,
        responses=settings.ProcessorSettings,
    )
    def post(self, request: Request) -> Response:
        """The settings as they are now."""
        given = self.parse(requests.ConfigureRequest)
        return Response(asdict(services.configure(changes=given, actor=context.caller().user)))
