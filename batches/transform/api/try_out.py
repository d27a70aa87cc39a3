"""`/api/v1/transform/try-out`: what a pipeline would do."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.transform.models import Pipeline, PipelineVersion
from batches.transform.pipeline import check
from batches.transform.pipeline.checking import read
from batches.transform.pipeline.steps import Written
from batches.transform.queries import pipelines, trying
from batches.transform.queries.versions import active_version
from batches.transform.roles import PIPELINE_KEEPERS, SUBMITTERS
from project.api.errors import InvalidRequest, NotFound

from .documents import pipelines as documents
from .pipelines import TAG
from .views import TransformView


class TryOutView(TransformView):
    """Tries a pipeline on items."""

    roles: ClassVar = {"POST": SUBMITTERS | PIPELINE_KEEPERS}

    @extend_schema(
        operation_id="try_out_pipeline",
        summary="What a pipeline would make of items, step by step. Nothing is stored.",
        description="Of a stored pipeline, or of `steps` that are still being written. What a later step masks reads "
        "`***` before it.",
        tags=TAG,
        request=documents.TryOut,
        responses=documents.Tried,
    )
    def post(self, request: Request) -> Response:
        """What became of each item."""
        given = self.parse(documents.TryOut)
        written, sensitive = _chosen(given)
        return Response({"items": trying.tried(written, sensitive, given["items"])})


def _chosen(given: dict[str, Any]) -> tuple[list[Written], list[str]]:
    if "steps" in given:
        sensitive = given.get("sensitive", [])
        return check(given["steps"], sensitive), sensitive
    version = active_version(given.get("pipeline"))
    if "version" in given:
        version = _version(version.pipeline, given["version"])
    return read(version.steps), version.sensitive


def _version(pipeline: Pipeline, number: int) -> PipelineVersion:
    try:
        return pipelines.version(pipeline, number)
    except NotFound as error:
        raise InvalidRequest.field("version", error.message) from None
