"""`/api/v1/transform/pipelines`: what batches go through."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.transform.queries import pipelines
from batches.transform.roles import PIPELINE_KEEPERS, READERS
from batches.transform.services import pipelines as services
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, page_of

from .documents import pipelines as documents
from .views import TransformView

TAG = ["pipelines"]


class PipelinesView(TransformView):
    """All pipelines."""

    roles: ClassVar = {"GET": READERS, "POST": PIPELINE_KEEPERS}
    cursor = Cursor("name")

    @extend_schema(
        operation_id="list_pipelines",
        summary="Pipelines by name.",
        tags=TAG,
        parameters=CURSOR_PARAMETERS,
        responses=page_of(documents.PipelineDocument),
    )
    def get(self, request: Request) -> Response:
        """A page of pipelines."""
        return Response(self.cursor.page(request, pipelines.pipelines(), pipelines.document))

    @extend_schema(
        operation_id="create_pipeline",
        summary="Make a pipeline; its first version is in use at once.",
        description="400 names the step and the field that can't be used, as `steps.2.pattern`, and a sensitive field "
        "that would leave unmasked. 409 when there is a pipeline of that name.",
        tags=TAG,
        request=documents.NewPipeline,
        responses={201: documents.PipelineVersionDocument},
    )
    def post(self, request: Request) -> Response:
        """The first version."""
        made = services.create(actor=self.actor(), **self.parse(documents.NewPipeline))
        return Response(pipelines.version_document(made, secrets=True), status=201)


class PipelineView(TransformView):
    """One pipeline."""

    roles: ClassVar = {"GET": READERS, "PATCH": PIPELINE_KEEPERS, "DELETE": PIPELINE_KEEPERS}

    @extend_schema(operation_id="get_pipeline", summary="One pipeline.", tags=TAG, responses=documents.PipelineDocument)
    def get(self, request: Request, name: str) -> Response:
        """The pipeline."""
        return Response(pipelines.document(pipelines.pipeline(name)))

    @extend_schema(
        operation_id="change_pipeline",
        summary="Describe a pipeline otherwise, or make it the default one.",
        tags=TAG,
        request=documents.PipelineChange,
        responses=documents.PipelineDocument,
    )
    def patch(self, request: Request, name: str) -> Response:
        """The pipeline as it is now."""
        given = self.parse(documents.PipelineChange)
        services.change(
            name=name,
            actor=self.actor(),
            description=given.get("description"),
            make_default=given.get("is_default", False),
        )
        return Response(pipelines.document(pipelines.pipeline(name)))

    @extend_schema(
        operation_id="delete_pipeline",
        summary="Remove a pipeline that no batch went through.",
        tags=TAG,
        request=None,
        responses={200: documents.PipelineDocument},
    )
    def delete(self, request: Request, name: str) -> Response:
        """The pipeline as it was."""
        document = pipelines.document(pipelines.pipeline(name))
        services.delete(name=name, actor=self.actor())
        return Response(document)
