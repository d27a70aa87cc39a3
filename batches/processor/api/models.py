"""`/api/batch-processor/models`: what items are run through."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor import services
from batches.processor.queries import registry
from batches.processor.roles import ADMINS, VIEWERS
from project.api import context
from project.api.views import ApiView

from .documents import models
from .documents.shared import TAG
from .uploads import BINARY, UploadView

NAME = OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH)


class ModelsView(ApiView):
    """All models."""

    roles: ClassVar = {"GET": VIEWERS}

    @extend_schema(
        operation_id="list_models",
        summary="Models and their versions, by name.",
        tags=TAG,
        responses=models.ModelList,
    )
    def get(self, request: Request) -> Response:
        """Without their files."""
        return Response({"models": registry.documents()})


class ModelView(ApiView):
    """One model."""

    roles: ClassVar = {"GET": VIEWERS, "PATCH": ADMINS}

    @extend_schema(
        operation_id="get_model",
        summary="A model and its versions.",
        tags=TAG,
        parameters=[NAME],
        responses=models.ModelDocument,
    )
    def get(self, request: Request, name: str) -> Response:
        """Without their files."""
        return Response(registry.document(name))

    @extend_schema(
        operation_id="change_model",
        summary="Change how items are batched for a model, and whether it is warmed up.",
        description="Workers have the sizes with their next batch.",
        tags=TAG,
        parameters=[NAME],
        request=models.ChangeRequest,
        responses=models.ModelDocument,
    )
    def patch(self, request: Request, name: str) -> Response:
        """The model as it is now."""
        services.change_model(name=name, changes=self.parse(models.ChangeRequest), actor=context.caller().user)
        return Response(registry.document(name))


class VersionsView(UploadView):
    """Takes new versions."""

    roles: ClassVar = {"POST": ADMINS}

    @extend_schema(
        operation_id="register_model_version",
        summary="Register a version of a model: its file is the body.",
        description="The model too, when it is new. Its bare name stands for this version from then on. The file is "
        "loaded on trial; 400 INVALID_MODEL says what is wrong with it. At most MODEL_MAX_BYTES.",
        tags=TAG,
        parameters=[NAME, models.RegisterForm],
        request={BINARY: OpenApiTypes.BINARY},
        responses={201: models.ModelVersionDocument},
    )
    def post(self, request: Request, name: str) -> Response:
        """The version."""
        wanted = self.parse_query(models.RegisterForm)
        made = services.register(name=name, data=self.file(), actor=context.caller().user, **wanted)
        made.refresh_from_db(fields=["created_at"])
        return Response(registry.version_document(made), status=201)


class DefaultView(ApiView):
    """Chooses what a name, and no name, stand for."""

    roles: ClassVar = {"POST": ADMINS}

    @extend_schema(
        operation_id="set_default_model",
        summary="Have a model's bare name stand for a version, or submissions that name no model go to it.",
        tags=TAG,
        parameters=[NAME],
        request=models.DefaultRequest,
        responses=models.ModelDocument,
    )
    def post(self, request: Request, name: str) -> Response:
        """The model as it is now."""
        given = self.parse(models.DefaultRequest)
        services.set_default(
            name=name, version=given.get("version"), model=given["default_model"], actor=context.caller().user
        )
        return Response(registry.document(name))
