"""`/api/v1/transform/pipelines/{name}/versions`: the steps as they were written, one after another."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.transform.models import PipelineVersion
from batches.transform.queries import pipelines
from batches.transform.roles import PIPELINE_KEEPERS, READERS
from batches.transform.services import pipelines as services
from project.access.permissions import roles_of
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, page_of

from .documents import pipelines as documents
from .pipelines import TAG
from .views import TransformView


class VersionView(TransformView):
    """Shows versions, salts only to those who may write them."""

    def shown(self, version: PipelineVersion) -> dict[str, object]:
        """The document for this caller."""
        return pipelines.version_document(version, secrets=not roles_of(self.request).isdisjoint(PIPELINE_KEEPERS))


class PipelineVersionsView(VersionView):
    """The versions of a pipeline."""

    roles: ClassVar = {"GET": READERS, "POST": PIPELINE_KEEPERS}
    cursor = Cursor("-number")

    @extend_schema(
        operation_id="list_pipeline_versions",
        summary="The versions of a pipeline, the newest first.",
        tags=TAG,
        parameters=CURSOR_PARAMETERS,
        responses=page_of(documents.PipelineVersionDocument),
    )
    def get(self, request: Request, name: str) -> Response:
        """A page of versions."""
        return Response(self.cursor.page(request, pipelines.versions(pipelines.pipeline(name)), self.shown))

    @extend_schema(
        operation_id="create_pipeline_version",
        summary="Write the steps of a pipeline anew.",
        description="With `activate` the batches to come use it; those that have begun go on with theirs.",
        tags=TAG,
        request=documents.NewVersion,
        responses={201: documents.PipelineVersionDocument},
    )
    def post(self, request: Request, name: str) -> Response:
        """The new version."""
        made = services.add_version(name=name, actor=self.actor(), **self.parse(documents.NewVersion))
        return Response(self.shown(made), status=201)


class PipelineVersionView(VersionView):
    """One version."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="get_pipeline_version",
        summary="One version of a pipeline.",
        tags=TAG,
        responses=documents.PipelineVersionDocument,
    )
    def get(self, request: Request, name: str, number: int) -> Response:
        """The version."""
        return Response(self.shown(pipelines.version(pipelines.pipeline(name), number)))


class ActivateView(VersionView):
    """Puts a version to use."""

    roles: ClassVar = {"POST": PIPELINE_KEEPERS}

    @extend_schema(
        operation_id="activate_pipeline_version",
        summary="Use a version, also an older one, for the batches to come.",
        tags=TAG,
        request=documents.Nothing,
        responses=documents.PipelineVersionDocument,
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """The version as it is now."""
        self.parse(documents.Nothing)
        return Response(self.shown(services.activate(name=name, number=number, actor=self.actor())))
